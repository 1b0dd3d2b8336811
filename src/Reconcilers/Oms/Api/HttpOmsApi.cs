using System.Net.Http.Headers;

namespace Drydock.Reconcilers.Oms;

internal sealed class HttpOmsApi : IOmsApi
{
    /// <summary>Longest answer that is read, in bytes: a page of projects carries their whole mapping.</summary>
    internal const int LongestAnswer = 16 * 1024 * 1024;

    /// <summary>Rows asked for at a time; OMS takes up to 150, and each carries its whole mapping.</summary>
    internal const int PageSize = 100;

    private const int MostPages = 500;
    private const int LongestId = 128;
    private const long FirstMillisecond = 100_000_000_000;

    private const int Retries = 3;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetryAfter = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;

    // Ends in a slash.
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue _authorization;
    private readonly OmsApiErrors _errors;
    private readonly TimeProvider _time;

    public HttpOmsApi(OmsApiTarget target, HttpMessageHandler handler, TimeProvider time)
    {
        _time = time;
        _address = target.Address.AbsoluteUri.EndsWith('/')
            ? target.Address
            : new Uri(target.Address.AbsoluteUri + "/");
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.User}:{target.Password.Reveal()}"));
        _authorization = new AuthenticationHeaderValue("Basic", login);
        _errors = new OmsApiErrors(_address, target, login);
        var limits = new OutcomeLimits(Patience, LongestAnswer)
        {
            ReadRetries = Retries,
            FirstRetryAfter = FirstRetryAfter,

            // A console that starts answers 500.
            Passing = [.. OutcomeLimits.Usual, HttpStatusCode.InternalServerError],
        };
        _http = new HttpClient(new OutcomeHandler(handler, limits, time)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>A client that connects to what <paramref name="endpoints"/> allows; it does not connect yet.</summary>
    /// <exception cref="OmsApiException">The authority of the target is not a certificate.</exception>
    public HttpOmsApi(OmsApiTarget target, EndpointPolicy endpoints, TimeProvider time)
        : this(target, Handler(target, endpoints), time)
    {
    }

    private static SocketsHttpHandler Handler(OmsApiTarget target, EndpointPolicy endpoints) => new()
    {
        ConnectCallback = endpoints.ConnectAsync,
        ConnectTimeout = ConnectPatience,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        SslOptions = new ConsoleCertificate(target).Options(),
    };

    public async Task<IReadOnlyList<OmsProject>> ListAsync(CancellationToken cancellationToken)
    {
        var projects = new List<OmsProject>();
        foreach (var kind in new[] { ProjectKind.Migration, ProjectKind.Synchronization })
        {
            // In the documents totalCount counts rows on one page and pages on another, and the returned page size may
            // differ: read until a page has no new project.
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var page = 1; ; page++)
            {
                var fresh = (await PageAsync(kind, page, cancellationToken))
                    .Where(p => seen.Add(p.Id))
                    .ToList();
                if (fresh.Count == 0)
                {
                    break;
                }

                if (page > MostPages)
                {
                    throw _errors.Unreadable(
                        "ListProjects",
                        string.Create(CultureInfo.InvariantCulture, $"still new projects on page {page}"));
                }

                projects.AddRange(fresh);
            }
        }

        return projects;
    }

    public async Task<ProjectProgress> ProgressAsync(string id, CancellationToken cancellationToken)
    {
        var (what, answer) = await AskAsync("DescribeProjectProgress", id, cancellationToken);
        return Progress(what, answer);
    }

    public async Task<IReadOnlyList<ProjectStep>> StepsAsync(string id, CancellationToken cancellationToken)
    {
        var (what, answer) = await AskAsync("DescribeProjectSteps", id, cancellationToken);
        return [.. Rows(what, answer.Data).Select(s => new ProjectStep(s.Name ?? "", s.Status ?? ""))];
    }

    public async Task<IReadOnlyList<ProjectComponent>> ComponentsAsync(string id, CancellationToken cancellationToken)
    {
        var (what, answer) = await AskAsync("DescribeProjectComponents", id, cancellationToken);
        if (IsNothing(answer.Data))
        {
            return [];
        }

        var lists = Read(what, answer.Data, OmsApiJson.Default.ComponentLists);
        return
        [
            .. Components(ProjectComponentKind.Store, lists.StoreList),
            .. Components(ProjectComponentKind.IncrSync, lists.IncrSyncComponents),
            .. Components(ProjectComponentKind.FullImport, lists.FullImportComponents),
            .. Components(ProjectComponentKind.FullVerification, lists.FullVerifyComponents),
            .. Components(ProjectComponentKind.ReverseStore, lists.ReverseStoreList),
            .. Components(ProjectComponentKind.ReverseIncrSync, lists.ReverseIncrSyncComponents),
        ];
    }

    public void Dispose() => _http.Dispose();

    private static bool IsNothing(JsonElement data) => data.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    private static IEnumerable<ProjectComponent> Components(ProjectComponentKind kind, List<NamedRow?>? rows) =>
        (rows ?? [])
            .OfType<NamedRow>()
            .Select(r => new ProjectComponent(kind, r.Name ?? "", r.Status ?? "", r.Subtopic ?? ""));

    private async Task<List<OmsProject>> PageAsync(ProjectKind kind, int page, CancellationToken cancellationToken)
    {
        var type = kind == ProjectKind.Migration ? "MIGRATION" : "SYNC";
        var what = string.Create(CultureInfo.InvariantCulture, $"ListProjects ({type}, page {page})");
        var answer = await SendAsync(
            what,
            "ListProjects",
            new ListRequest(type, page, PageSize),
            OmsApiJson.Default.ListRequest,
            cancellationToken);
        return [.. Rows(what, answer.Data).Select(r => Project(what, r, kind))];
    }

    private async Task<(string What, OmsApiAnswer Answer)> AskAsync(
        string action, string id, CancellationToken cancellationToken)
    {
        var what = $"{action} of {id}";
        return id.Length is > 0 and <= LongestId
            ? (what, await SendAsync(what, action, new IdRequest(id), OmsApiJson.Default.IdRequest, cancellationToken))
            : throw _errors.Unreadable(what, "the id of the project is empty or too long");
    }

    // The API reads with POST.
    private async Task<OmsApiAnswer> SendAsync<TBody>(
        string what, string action, TBody body, JsonTypeInfo<TBody> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "api/v2?Action=" + action))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        request.Headers.Authorization = _authorization;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        new RequestTerms(IsRead: true).SetFor(request);
        try
        {
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new OmsApiAnswer(_errors.Data(what, response, content), response.Headers.Date ?? _time.GetUtcNow());
        }
        catch (HttpOutcomeException failure)
        {
            throw _errors.NoAnswer(what, failure);
        }
    }

    private OmsProject Project(string what, NamedRow row, ProjectKind kind) => new(
        kind,
        row.Id is { Length: > 0 and <= LongestId } id
            ? id
            : throw _errors.Unreadable(what, "a project without a usable id"),
        row.Name ?? "",
        row.Status is { Length: > 0 } status
            ? status
            : throw _errors.Unreadable(what, $"project {row.Id} has no status"));

    private ProjectProgress Progress(string what, OmsApiAnswer answer)
    {
        var row = Read(what, answer.Data, OmsApiJson.Default.ProgressRow);
        if (string.IsNullOrEmpty(row.Status))
        {
            throw _errors.Unreadable(what, "the progress has no status");
        }

        // After a switchover the reverse direction runs; the checkpoint of the first direction no longer moves.
        var reverse = row.CurrentStep?.Contains("REVERSE_INCR", StringComparison.OrdinalIgnoreCase) == true;
        var text = reverse ? row.ReverseIncrTransferCheckpoint : row.IncrSyncCheckpoint;
        var checkpoint = Time(text);
        return new ProjectProgress
        {
            Status = row.Status,
            CurrentStep = string.IsNullOrEmpty(row.CurrentStep) ? null : row.CurrentStep,
            SynchronizesIncrements = row.EnableIncrSync,
            Checkpoint = checkpoint,
            CheckpointText = checkpoint is null && !string.IsNullOrWhiteSpace(text)
                && Number(text) is not <= 0
                ? text
                : null,
            AnsweredAt = answer.At,
        };
    }

    // Seconds according to the documents; a number that can only be milliseconds is read as such. 0 and less mean "none
    // yet".
    private static DateTimeOffset? Time(string? text) => Number(text) switch
    {
        null or <= 0 => null,
        < FirstMillisecond and var seconds => DateTimeOffset.FromUnixTimeSeconds(seconds),
        < FirstMillisecond * 1000 and var milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        _ => null,
    };

    // A whole number that some versions write as a string or with a fraction.
    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) ? whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var broken)
            && double.IsFinite(broken) && Math.Abs(broken) < 1e18
            ? (long)broken
        : null;

    private IEnumerable<NamedRow> Rows(string what, JsonElement data) =>
        IsNothing(data) ? [] : Read(what, data, OmsApiJson.Default.NamedRows).OfType<NamedRow>();

    private T Read<T>(string what, JsonElement data, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return data.Deserialize(type) ?? throw _errors.Unreadable(what, "the answer has no data");
        }
        catch (JsonException exception)
        {
            throw _errors.Unreadable(what, $"the data is not as documented ({exception.Path})", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw _errors.Unreadable(what, "the answer has no data", exception);
        }
    }
}

/// <summary>An answer with <c>success: true</c>.</summary>
/// <param name="Data">Its data; of kind Null or Undefined if there is none.</param>
/// <param name="At">The console's clock; the operator's where the console does not say.</param>
internal sealed record OmsApiAnswer(JsonElement Data, DateTimeOffset At);
