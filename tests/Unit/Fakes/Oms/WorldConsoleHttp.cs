using System.Net.Http.Headers;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's connection to a console, below the real client of its API.</summary>
internal sealed class WorldConsoleHttp(OmsWorld world, OperatorLife life, OmsApiTarget target) : HttpMessageHandler
{
    private readonly WorldOmsConsole _console = world.Console;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var action = request.RequestUri!.Query["?Action=".Length..];
        var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        return await life.LookAsync(() => Answer(request, action, asked, (string?)asked["id"] ?? ""));
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, string action, JsonNode asked, string id)
    {
        var address = request.RequestUri!;
        var container = _console.At(address)
            ?? throw new HttpRequestException(HttpRequestError.ConnectionError, $"{target.Address} does not answer");
        if (address.Scheme == Uri.UriSchemeHttps && _console.SelfSigned is { } certificate
            && target.Authority != certificate)
        {
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError, "refused",
                new UntrustedConsoleException("it is self-signed", "subject CN=console"));
        }

        if (!_console.HasApi(container))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("<html/>") };
        }

        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WorldOmsConsole.User}:{_console.Password}"));
        if (!new AuthenticationHeaderValue("Basic", login).Equals(request.Headers.Authorization))
        {
            return Refused(
                "USER_AUTH_FAILED", $"{request.Headers.Authorization} with {target.Password.Reveal()} was refused");
        }

        return _console.Refused.Contains(action) || _console.Refused.Contains($"{action} {id}")
            || (id.Length > 0 && !_console.Projects.Exists(p => p.Id == id))
            ? Refused("GHANA-OPERAT000001", "operation failed")
            : Json(true, null, null, action switch
            {
                "ListProjects" => Page(asked),
                "DescribeProjectProgress" => Progress(_console[id]),
                "DescribeProjectSteps" => Rows(_console[id].Steps.Select(
                    s => (JsonNode?)new JsonObject { ["name"] = s.Name, ["status"] = s.Status })),
                _ => Components(_console.Components(_console[id])),
            });
    }

    // Deleted ones too.
    private JsonArray Page(JsonNode asked)
    {
        var (number, size) = ((int)asked["pageNumber"]!, (int)asked["pageSize"]!);
        var kind = (string?)asked["type"] == "SYNC" ? ProjectKind.Synchronization : ProjectKind.Migration;
        return Rows(_console.Projects.Where(p => p.Kind == kind).Skip((number - 1) * size).Take(size)
            .Select(p => (JsonNode?)new JsonObject { ["id"] = p.Id, ["name"] = p.Name, ["status"] = p.Status }));
    }

    private JsonObject Progress(WorldProject project) => new()
    {
        ["status"] = project.Status,
        ["currentStep"] = project.CurrentStep,
        ["enableIncrSync"] = project.SynchronizesIncrements,
        ["incrSyncCheckpoint"] = project.Lag is { } lag ? (Now - lag).ToUnixTimeMilliseconds() : null,
    };

    private static JsonObject Components(IEnumerable<ProjectComponent> components) => new(components
        .GroupBy(c => c.Kind switch
        {
            ProjectComponentKind.Store => "storeList",
            ProjectComponentKind.IncrSync => "incrSyncComponents",
            ProjectComponentKind.FullImport => "fullImportComponents",
            _ => throw new InvalidOperationException($"the world has no {c.Kind}"),
        })
        .Select(list => KeyValuePair.Create(list.Key, (JsonNode?)Rows(list.Select(
            c => (JsonNode?)new JsonObject { ["name"] = c.Name, ["status"] = c.Status, ["subtopic"] = c.Subtopic })))));

    private static JsonArray Rows(IEnumerable<JsonNode?> rows) => new([.. rows]);

    private HttpResponseMessage Refused(string code, string message) => Json(false, code, message, null);

    private HttpResponseMessage Json(bool success, string? code, string? message, JsonNode? data) =>
        new(HttpStatusCode.OK)
        {
            Content = new StringContent(
                new JsonObject { ["success"] = success, ["code"] = code, ["message"] = message, ["data"] = data }
                    .ToJsonString(), Encoding.UTF8, "application/json"),
            Headers = { Date = Now },
        };

    // A date of HTTP has whole seconds.
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(world.Time.GetUtcNow().ToUnixTimeSeconds());
}
