using static Drydock.Reconcilers.Databases.TiDb.DashboardModel;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The HTTP API of Grafana for dashboards, from version 5 on (docs/project/research/tidb.md#monitoring). No
/// other status than 200 is an answer.</summary>
/// <param name="http">The transport, with the login.</param>
internal sealed class GrafanaClient(IServiceHttp http, ServiceAddress grafana)
{
    private const int NotFound = 404;

    public async Task CheckLoginAsync(CancellationToken cancellationToken) =>
        _ = await GetAsync("/api/org", mayBeMissing: false, cancellationToken);

    public async Task<bool> HasDataSourceAsync(string name, CancellationToken cancellationToken) =>
        await GetAsync(
            $"/api/datasources/name/{Uri.EscapeDataString(name)}", mayBeMissing: true, cancellationToken) is not null;

    /// <summary>The dashboard of a uid, or else of a title; null if there is none.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public async Task<StoredDashboard?> FindAsync(string? uid, string title, CancellationToken cancellationToken) =>
        (uid is null ? null : await OfUidAsync(uid, cancellationToken))
            ?? (await UidOfTitleAsync(title, cancellationToken) is { } other
                ? await OfUidAsync(other, cancellationToken)
                : null);

    public async Task<(string Uid, long Version)> SaveAsync(
        DashboardModel dashboard, StoredDashboard? former, string message, CancellationToken cancellationToken)
    {
        const string Path = "/api/dashboards/db";
        var body = new JsonObject
        {
            ["dashboard"] = dashboard.Model.DeepClone(),
            ["overwrite"] = true,
            ["message"] = message,
        };
        if (former?.Folder is { } folder)
        {
            body["folderId"] = folder;
        }

        var answer = await http.SendAsync(
            HttpMethod.Post, grafana.Host, grafana.Port, Path, body.ToJsonString(), cancellationToken);
        var saved = Read(answer, $"POST {grafana}{Path}");
        return Text(saved["uid"]) is { } uid && Number(saved["version"]) is { } version
            ? (uid, version)
            : throw Unusable(answer, $"POST {grafana}{Path}");
    }

    private async Task<StoredDashboard?> OfUidAsync(string uid, CancellationToken cancellationToken)
    {
        var path = $"/api/dashboards/uid/{Uri.EscapeDataString(uid)}";
        if (await GetAsync(path, mayBeMissing: true, cancellationToken) is not { } answer)
        {
            return null;
        }

        return Read(answer, $"GET {grafana}{path}") is { } found && found["dashboard"] is JsonObject model
            ? new StoredDashboard(
                Text(model["uid"]) ?? uid, Number(model["version"]) ?? 0,
                found["meta"] is JsonObject meta ? Number(meta["folderId"]) : null,
                model)
            : throw Unusable(answer, $"GET {grafana}{path}");
    }

    // A title is unique in its folder only; the general folder comes first.
    private async Task<string?> UidOfTitleAsync(string title, CancellationToken cancellationToken)
    {
        var path = $"/api/search?type=dash-db&query={Uri.EscapeDataString(title)}";
        var answer = (await GetAsync(path, mayBeMissing: false, cancellationToken))!;
        if (Parse(answer) is not JsonArray hits)
        {
            throw Unusable(answer, $"GET {grafana}{path}");
        }

        var same = hits.OfType<JsonObject>()
            .Where(h => Text(h["title"]) == title && Text(h["uid"]) is not null)
            .ToList();
        var chosen = same.Find(h => Text(h["folderUid"]) is null or "" && (Number(h["folderId"]) ?? 0) == 0)
            ?? (same.Count == 1 ? same[0] : null);
        return chosen is null ? null : Text(chosen["uid"]);
    }

    private async Task<ServiceAnswer?> GetAsync(string path, bool mayBeMissing, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(grafana.Host, grafana.Port, path, cancellationToken);
        return answer.Status switch
        {
            200 => answer,
            NotFound when mayBeMissing => null,
            _ => throw Refused(answer, $"GET {grafana}{path}"),
        };
    }

    private static JsonObject Read(ServiceAnswer answer, string what) => answer.Status != 200
        ? throw Refused(answer, what)
        : Parse(answer) as JsonObject ?? throw Unusable(answer, what);

    private static JsonNode? Parse(ServiceAnswer answer)
    {
        try
        {
            return JsonNode.Parse(answer.Body);
        }
        catch (JsonException)
        {
            // The caller says what was asked.
            return null;
        }
    }

    private static TiDbApiException Refused(ServiceAnswer answer, string what) => new(
        answer.Status == 403 ? Reasons.AccessDenied : Reasons.StepFailed,
        $"{what} was answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
        answer.Status);

    private static TiDbApiException Unusable(ServiceAnswer answer, string what) => new(
        Reasons.AnswerUnusable,
        $"{what} did not answer as Grafana does: {ToolOutput.Excerpt(answer.Body)}. Check what listens on that port.",
        answer.Status);

    private static long? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out long number) ? number : null;
}

/// <summary>A dashboard as Grafana has it.</summary>
/// <param name="Version">Grafana counts its changes.</param>
/// <param name="Folder">The id of its folder; null if Grafana does not say it.</param>
internal sealed record StoredDashboard(string Uid, long Version, long? Folder, JsonObject Model);
