namespace Drydock.Reconcilers.Oms;

internal sealed class HttpOmsApi(OmsApiTarget target, HttpMessageHandler handler, TimeProvider time) : IOmsApi
{
    /// <summary>Rows asked for at a time; OMS takes up to 150, and each carries its whole mapping.</summary>
    internal const int PageSize = 100;

    private const int MostPages = 500;
    private const int LongestId = 128;
    private const long FirstMillisecond = 100_000_000_000;

    private readonly OmsApiTransport _transport = new(target, handler, time);

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
                    throw _transport.Errors.Unreadable(
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
        var what = What("DescribeProjectProgress", id);
        return Progress(what, await AskAsync(what, "DescribeProjectProgress", id, cancellationToken));
    }

    public async Task<IReadOnlyList<ProjectStep>> StepsAsync(string id, CancellationToken cancellationToken)
    {
        var what = What("DescribeProjectSteps", id);
        var answer = await AskAsync(what, "DescribeProjectSteps", id, cancellationToken);
        return IsNothing(answer.Data)
            ? []
            : [.. Read(what, answer.Data, OmsApiJson.Default.StepRows)
                .OfType<StepRow>()
                .Select(s => new ProjectStep(s.Name ?? "", s.Status ?? ""))];
    }

    public async Task<IReadOnlyList<ProjectComponent>> ComponentsAsync(string id, CancellationToken cancellationToken)
    {
        var what = What("DescribeProjectComponents", id);
        var answer = await AskAsync(what, "DescribeProjectComponents", id, cancellationToken);
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

    public void Dispose() => _transport.Dispose();

    private static string Action(string name) => "api/v2?Action=" + name;

    private static string What(string action, string id) => $"{action} of {id}";

    private static bool IsNothing(JsonElement data) => data.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    private static IEnumerable<ProjectComponent> Components(ProjectComponentKind kind, List<ComponentRow?>? rows) =>
        (rows ?? [])
            .OfType<ComponentRow>()
            .Select(r => new ProjectComponent(kind, r.Name ?? "", r.Status ?? "", r.Subtopic ?? ""));

    private async Task<List<OmsProject>> PageAsync(ProjectKind kind, int page, CancellationToken cancellationToken)
    {
        var type = kind == ProjectKind.Migration ? "MIGRATION" : "SYNC";
        var what = string.Create(CultureInfo.InvariantCulture, $"ListProjects ({type}, page {page})");
        var answer = await _transport.ReadAsync(
            what,
            Action("ListProjects"),
            new ListRequest(type, page, PageSize),
            OmsApiJson.Default.ListRequest,
            cancellationToken);
        return IsNothing(answer.Data)
            ? []
            : [.. Read(what, answer.Data, OmsApiJson.Default.ProjectRows)
                .OfType<ProjectRow>()
                .Select(r => Project(what, r, kind))];
    }

    private Task<OmsApiAnswer> AskAsync(string what, string action, string id, CancellationToken cancellationToken) =>
        _transport.ReadAsync(
            what,
            Action(action),
            new IdRequest(Checked(what, id)),
            OmsApiJson.Default.IdRequest,
            cancellationToken);

    private string Checked(string what, string id) =>
        id.Length is > 0 and <= LongestId
            ? id
            : throw _transport.Errors.Unreadable(what, "the id of the project is empty or too long");

    private OmsProject Project(string what, ProjectRow row, ProjectKind kind) => new(
        kind,
        row.Id is { Length: > 0 and <= LongestId } id
            ? id
            : throw _transport.Errors.Unreadable(what, "a project without a usable id"),
        row.Name ?? "",
        row.Status is { Length: > 0 } status
            ? status
            : throw _transport.Errors.Unreadable(what, $"project {row.Id} has no status"));

    private ProjectProgress Progress(string what, OmsApiAnswer answer)
    {
        var row = Read(what, answer.Data, OmsApiJson.Default.ProgressRow);
        if (string.IsNullOrEmpty(row.Status))
        {
            throw _transport.Errors.Unreadable(what, "the progress has no status");
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
                && LooseNumber.Parse(text) is not <= 0
                ? text
                : null,
            AnsweredAt = answer.At,
        };
    }

    // Seconds according to the documents; a number that can only be milliseconds is read as such. 0 and less mean "none
    // yet".
    private static DateTimeOffset? Time(string? text) => LooseNumber.Parse(text) switch
    {
        null or <= 0 => null,
        < FirstMillisecond and var seconds => DateTimeOffset.FromUnixTimeSeconds(seconds),
        < FirstMillisecond * 1000 and var milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        _ => null,
    };

    private T Read<T>(string what, JsonElement data, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return data.Deserialize(type) ?? throw _transport.Errors.Unreadable(what, "the answer has no data");
        }
        catch (JsonException exception)
        {
            throw _transport.Errors.Unreadable(what, $"the data is not as documented ({exception.Path})", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw _transport.Errors.Unreadable(what, "the answer has no data", exception);
        }
    }
}
