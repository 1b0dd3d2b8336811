using System.Net.Http.Headers;

namespace Drydock.Reconcilers.Oms;

/// <summary>The API of an OMS console (docs/project/research/oms.md#console-api). An answer counts only by its field
/// <c>success</c>. Only reads, repeated on transport failures. Every method throws <see cref="OmsApiException"/>
/// without an answer, or with one without success.</summary>
internal sealed class HttpOmsApi : IDisposable
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

    /// <summary>All projects of both kinds that are not deleted: the same ones that are read from the tables.</summary>
    public async Task<IReadOnlyList<OmsProject>> ProjectsAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Where(p => !ProjectStatuses.IsDeleted(p.Status))];

    /// <summary>All projects of both kinds as OMS lists them, page by page. Whether deleted ones are among them is not
    /// documented (docs/project/research/oms.md#project-status).</summary>
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
                var fresh = (await PageAsync(kind, page, cancellationToken)).Where(p => seen.Add(p.Id)).ToList();
                if (fresh.Count == 0)
                {
                    break;
                }

                if (page > MostPages)
                {
                    throw _errors.Unreadable("ListProjects", $"still new projects on page {page}");
                }

                projects.AddRange(fresh);
            }
        }

        return projects;
    }

    public async Task<ProjectProgress> ProgressAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await AskAsync("DescribeProjectProgress", id, cancellationToken);
        var row = Read(answer, OmsApiJson.Default.ProgressRow);
        if (string.IsNullOrEmpty(row.Status))
        {
            throw _errors.Unreadable(answer.What, "the progress has no status");
        }

        // After a switchover the reverse direction runs; the checkpoint of the first direction no longer moves.
        var reverse = row.CurrentStep?.Contains("REVERSE_INCR", StringComparison.OrdinalIgnoreCase) == true;
        var text = reverse ? row.ReverseIncrTransferCheckpoint : row.IncrSyncCheckpoint;
        var checkpoint = Time(text);
        return new ProjectProgress
        {
            Status = row.Status,
            CurrentStep = string.IsNullOrEmpty(row.CurrentStep) ? null : row.CurrentStep,
            SynchronizesIncrements = LooseText.Flag(row.EnableIncrSync),
            Checkpoint = checkpoint,
            CheckpointText = checkpoint is null && !string.IsNullOrWhiteSpace(text)
                && Number(text) is not <= 0
                ? text
                : null,
            AnsweredAt = answer.At,
        };
    }

    public async Task<IReadOnlyList<ProjectStep>> StepsAsync(string id, CancellationToken cancellationToken) =>
    [
        .. Rows(await AskAsync("DescribeProjectSteps", id, cancellationToken))
            .Select(s => new ProjectStep(s.Name ?? "", s.Status ?? "")),
    ];

    public async Task<IReadOnlyList<ProjectComponent>> ComponentsAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await AskAsync("DescribeProjectComponents", id, cancellationToken);
        if (answer.IsEmpty)
        {
            return [];
        }

        var lists = Read(answer, OmsApiJson.Default.ComponentLists);
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

    private static IEnumerable<ProjectComponent> Components(ProjectComponentKind kind, List<NamedRow?>? rows) =>
        (rows ?? []).OfType<NamedRow>()
            .Select(r => new ProjectComponent(kind, r.Name ?? "", r.Status ?? "", r.Subtopic ?? ""));

    private async Task<List<OmsProject>> PageAsync(ProjectKind kind, int page, CancellationToken cancellationToken)
    {
        var type = kind == ProjectKind.Migration ? "MIGRATION" : "SYNC";
        var answer = await SendAsync(
            $"ListProjects ({type}, page {page})",
            "ListProjects",
            new ListRequest(type, page, PageSize),
            OmsApiJson.Default.ListRequest,
            cancellationToken);
        return
        [
            .. Rows(answer).Select(row => new OmsProject(
                kind,
                row.Id is { Length: > 0 and <= LongestId } id
                    ? id
                    : throw _errors.Unreadable(answer.What, "a project without a usable id"),
                row.Name ?? "",
                row.Status is { Length: > 0 } status
                    ? status
                    : throw _errors.Unreadable(answer.What, $"project {row.Id} has no status"))),
        ];
    }

    private async Task<OmsApiAnswer> AskAsync(string action, string id, CancellationToken cancellationToken)
    {
        var what = $"{action} of {id}";
        return id.Length is > 0 and <= LongestId
            ? await SendAsync(what, action, new IdRequest(id), OmsApiJson.Default.IdRequest, cancellationToken)
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
            return new OmsApiAnswer(
                what, _errors.Data(what, response, content), response.Headers.Date ?? _time.GetUtcNow());
        }
        catch (HttpOutcomeException failure)
        {
            throw _errors.NoAnswer(what, failure);
        }
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

    private IEnumerable<NamedRow> Rows(OmsApiAnswer answer) =>
        answer.IsEmpty ? [] : Read(answer, OmsApiJson.Default.NamedRows).OfType<NamedRow>();

    private T Read<T>(OmsApiAnswer answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return answer.Data.Deserialize(type) ?? throw _errors.Unreadable(answer.What, "the answer has no data");
        }
        catch (JsonException exception)
        {
            throw _errors.Unreadable(answer.What, $"the data is not as documented ({exception.Path})", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw _errors.Unreadable(answer.What, "the answer has no data", exception);
        }
    }

    /// <summary>An answer with <c>success: true</c>.</summary>
    /// <param name="Data">Its data; of kind Null or Undefined if there is none.</param>
    /// <param name="At">The console's clock; the operator's where the console does not say.</param>
    private sealed record OmsApiAnswer(string What, JsonElement Data, DateTimeOffset At)
    {
        public bool IsEmpty => Data.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
    }
}

/// <summary>Where a console is and who asks.</summary>
/// <param name="Address">Scheme, host, port and, behind a proxy, a path; the API's own path is appended.</param>
/// <param name="Authority">PEM of the authorities that may have signed the console's certificate; null for those of the
/// system.</param>
internal sealed record OmsApiTarget(Uri Address, string User, Secret Password, string? Authority = null)
{
    /// <summary>The name in the console's certificate; null for the host of the address.</summary>
    public string? ServerName { get; init; }
}

internal sealed record ProjectProgress
{
    /// <summary>Status in OMS's own words (docs/project/research/oms.md#project-status).</summary>
    public required string Status { get; init; }

    /// <summary>The step it is in, in OMS's own words; null if it says none.</summary>
    public string? CurrentStep { get; init; }

    public bool? SynchronizesIncrements { get; init; }

    public DateTimeOffset? Checkpoint { get; init; }

    /// <summary>A checkpoint that is not a time (some sources have their own form); null otherwise.</summary>
    public string? CheckpointText { get; init; }

    /// <summary>The console's clock when it answered; the operator's where it does not say.</summary>
    public required DateTimeOffset AnsweredAt { get; init; }

    /// <summary>How far it is behind, by the console's clock; null if unknown.</summary>
    public TimeSpan? Lag =>
        Checkpoint is { } checkpoint ? AnsweredAt > checkpoint ? AnsweredAt - checkpoint : TimeSpan.Zero : null;
}

/// <param name="Name">For instance <c>INCR_TRANSFER</c>, <c>TRANSFER_APP_SWITCH</c>.</param>
/// <param name="Status">For instance <c>INIT</c>, <c>RUNNING</c>, <c>MONITORING</c>, <c>FINISHED</c>.</param>
internal sealed record ProjectStep(string Name, string Status);

/// <param name="Status">Its status in OMS's own words; their full list is not documented
/// (docs/project/research/oms.md#project-status).</param>
/// <param name="Subtopic">The subtopic it serves; several stores may serve one. Empty if it says none.</param>
internal sealed record ProjectComponent(ProjectComponentKind Kind, string Name, string Status, string Subtopic = "");

/// <summary>Kinds of components of a project, by the list of <c>DescribeProjectComponents</c> they are in.</summary>
internal enum ProjectComponentKind
{
    Store,

    /// <summary>Applies increments (<c>incrSyncComponents</c>; JDBCWriter or Connector before 4.1.1).</summary>
    IncrSync,

    FullImport,

    FullVerification,

    ReverseStore,

    ReverseIncrSync,
}
