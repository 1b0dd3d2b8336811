namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiDB servers (docs/research/tidb.md#tidb-server).</summary>
internal sealed class TidbStatusClient(IServiceHttp http)
{
    private const string Marker = "-TiDB-";

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>The version that a server reports itself: GET /status. This is the source for a TiDB's version
    /// (docs/research/tidb.md#rules).</summary>
    /// <exception cref="TiDbApiException">No usable answer; newer versions answer 500 while they end.</exception>
    public Task<string> VersionAsync(ServiceAddress status, CancellationToken cancellationToken) =>
        http.GetAsync(status, "/status", Json.TidbStatus, s => Version(s.Version), cancellationToken);

    public Task<TidbServerInfo> InfoAsync(ServiceAddress status, CancellationToken cancellationToken) =>
        http.GetAsync(status, "/info", Json.Server, s => Server(s, s.IsOwner ?? false), cancellationToken);

    public Task<TidbClusterInfo> AllAsync(ServiceAddress status, CancellationToken cancellationToken) => http.GetAsync(
        status, "/info/all", Json.Servers,
        all => new TidbClusterInfo(
            all.OwnerId ?? "", all.IsAllServerVersionConsistent ?? false,
            [.. all.AllServersInfo.Select(s => Server(s.Value, s.Key == (all.OwnerId ?? "")))]),
        cancellationToken);

    /// <summary>Makes a server resign as DDL owner; has no effect if it is not the owner (400).</summary>
    /// <returns>False if its version does not know the request (404).</returns>
    /// <exception cref="TiDbApiException">Refused for another reason.</exception>
    public async Task<bool> ResignDdlOwnerAsync(ServiceAddress status, CancellationToken cancellationToken)
    {
        const string Path = "/ddl/owner/resign";
        var answer = await http.SendAsync(HttpMethod.Post, status.Host, status.Port, Path, null, cancellationToken);
        if (answer.Status == 404)
        {
            return false;
        }

        if (answer.Status != 200 && !answer.Body.Contains("not a ddl owner", StringComparison.Ordinal))
        {
            throw new TiDbApiException(
                Reasons.StepFailed,
                $"POST {status}{Path} was answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
                answer.Status);
        }

        return true;
    }

    public async Task<PrometheusText> MetricsAsync(ServiceAddress status, CancellationToken cancellationToken) =>
        PrometheusText.Read(
            await http.GetAsync(status.Host, status.Port, "/metrics", cancellationToken), $"GET {status}/metrics");

    internal static TidbServerInfo Server(TidbWire.Server? server, bool isOwner) => server is null
        ? throw new FormatException("a server is null")
        : new TidbServerInfo(
            server.DdlId, isOwner,
            new ServiceAddress(server.Ip ?? "", server.ListeningPort ?? 0).ToString(),
            Version(server.Version))
        {
            StatusPort = server.StatusPort is > 0 and < 65536 ? server.StatusPort : null,
            SkipsBinlog = string.Equals(server.BinlogStatus, "Skipping", StringComparison.OrdinalIgnoreCase),
        };

    // 5.7.25-TiDB-v3.0.9, and 5.7.25-TiDB-v3.0.9-6-gabc for a custom build.
    private static string Version(string text)
    {
        var at = text.IndexOf(Marker, StringComparison.Ordinal);
        return at < 0
            ? throw new FormatException($"\"{text}\" is not a version of TiDB such as 5.7.25-TiDB-v3.0.9")
            : TiDbVersion.Plain(text[(at + Marker.Length)..]);
    }
}

/// <summary>GET /info of a TiDB (docs/research/tidb.md#tidb-server).</summary>
/// <param name="Address">HOST:PORT of its SQL port, as it reports itself.</param>
/// <param name="Version">Its version, plain: 3.0.9.</param>
internal sealed record TidbServerInfo(string DdlId, bool IsOwner, string Address, string Version)
{
    /// <summary>Whether it writes no binlog any more since a write failed: its changes are missing downstream. False
    /// where the server does not say (docs/research/tidb.md#tidb-server).</summary>
    public bool SkipsBinlog { get; init; }

    public int? StatusPort { get; init; }
}

/// <summary>GET /info/all (docs/research/tidb.md#tidb-server): every TiDB that is registered.</summary>
/// <param name="IsConsistent">Whether all are of one version, as the cluster reports it. Absent is false.</param>
internal sealed record TidbClusterInfo(string OwnerId, bool IsConsistent, IReadOnlyList<TidbServerInfo> Servers);

/// <summary>Answers of TiDB's status port (docs/research/tidb.md#tidb-server). A property with a default may be
/// absent.</summary>
internal static class TidbWire
{
    /// <summary>GET /status.</summary>
    public sealed record Status(string Version);

    /// <summary>GET /info, and an entry of GET /info/all.</summary>
    public sealed record Server(
        string DdlId, string Version, bool? IsOwner = null, string? Ip = null, int? ListeningPort = null,
        int? StatusPort = null, string? BinlogStatus = null);

    /// <summary>GET /info/all.</summary>
    public sealed record Servers(
        Dictionary<string, Server?> AllServersInfo, string? OwnerId = null, bool? IsAllServerVersionConsistent = null);
}

/// <summary>The status port of TiKV (docs/research/tidb.md#tikv): 3.0 has /metrics and /status with an empty body,
/// always without TLS; 2.1 opens it only where metrics are not pushed, so no answer before the upgrade is
/// normal.</summary>
internal sealed class TikvStatusClient(IServiceHttp plainHttp)
{
    public async Task<bool> AnswersAsync(ServiceAddress status, CancellationToken cancellationToken)
    {
        var (answer, _) = await Asking.TryAsync(
            () => plainHttp.GetAsync(status.Host, status.Port, "/status", cancellationToken));
        return answer?.Status == 200;
    }

    /// <summary>The numbers of Regions that it leads and that it has by its own count, more current than PD's
    /// (docs/research/tidb.md#pd); null for what it does not report.</summary>
    public async Task<(double? Leaders, double? Regions)> RegionsAsync(
        ServiceAddress status, CancellationToken cancellationToken)
    {
        // PD's count decides where there is no answer.
        var (answer, _) = await Asking.TryAsync(async () => PrometheusText.Read(
            await plainHttp.GetAsync(status.Host, status.Port, "/metrics", cancellationToken),
            $"GET {status}/metrics"));
        return (Count("type=\"leader\""), Count("type=\"region\""));

        double? Count(string type) => answer?.Sum(
            name => name == "tikv_raftstore_region_count", labels => labels.Contains(type, StringComparison.Ordinal));
    }
}

/// <summary>Metrics in Prometheus' text format.</summary>
internal sealed class PrometheusText(List<(string Name, string Labels, double Value)> samples)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="TiDbApiException">Another status than 200, or not a single sample in it.</exception>
    public static PrometheusText Read(ServiceAnswer answer, string what)
    {
        if (answer.Status != 200)
        {
            throw new TiDbApiException(
                Reasons.AnswerUnusable, $"{what} answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
                answer.Status);
        }

        var read = answer.Body.Split('\n').Select(Sample).OfType<(string, string, double)>().ToList();
        return read.Count > 0
            ? new PrometheusText(read)
            : throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{what} answered no metrics ({answer.Kind}). Check what listens on that port.",
                answer.Status);
    }

    public double? Sum(Func<string, bool> name, Func<string, bool>? labels = null)
    {
        var found = samples.Where(s => name(s.Name) && (labels is null || labels(s.Labels))).ToList();
        return found.Count == 0 ? null : found.Sum(s => s.Value);
    }

    private static (string, string, double)? Sample(string line)
    {
        line = line.Trim();
        if (line.Length == 0 || line[0] == '#')
        {
            return null;
        }

        var (open, close) = (line.IndexOf('{', StringComparison.Ordinal), line.LastIndexOf('}'));
        var nameEnd = open >= 0 ? open : line.IndexOf(' ', StringComparison.Ordinal);
        var rest = open >= 0 ? close : nameEnd;
        if (nameEnd <= 0 || rest < 0 || (open >= 0 && close < open))
        {
            return null;
        }

        var labels = open >= 0 ? line[(open + 1)..close] : "";
        var value = line[(rest + 1)..].Trim().Split(' ')[0];
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (line[..nameEnd], labels, number)
            : null;
    }
}

/// <summary>Pumps and drainers over HTTP (docs/research/tidb.md#pump-and-drainer).</summary>
internal sealed class BinlogClient(IServiceHttp http)
{
    /// <summary>All pumps, as one of them reports them: GET /status.</summary>
    /// <exception cref="TiDbApiException">No usable answer, or the pump's own ErrMsg.</exception>
    public Task<IReadOnlyList<BinlogNode>> PumpsAsync(ServiceAddress pump, CancellationToken cancellationToken) =>
        http.GetAsync(pump, "/status", TiDbJsonContext.Default.Pumps, Nodes, cancellationToken);

    public Task<DrainerStatus> DrainerAsync(ServiceAddress drainer, CancellationToken cancellationToken) =>
        http.GetAsync(drainer, "/status", TiDbJsonContext.Default.Drainer, status => status, cancellationToken);

    private static IReadOnlyList<BinlogNode> Nodes(PumpsWire pumps) =>
        pumps.Error is { Length: > 0 } error ? throw new FormatException(error)
        : pumps.Nodes is not { } nodes ? throw new FormatException("it has no status")
        : TiDbAnswers.Entries(nodes.Values);
}

/// <summary>A pump or drainer as it is registered (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="Address">HOST:PORT.</param>
/// <param name="State">online, pausing, paused, closing, offline. A killed one is left at "online".</param>
internal sealed record BinlogNode(
    [property: JsonPropertyName("nodeId")] string NodeId, [property: JsonPropertyName("host")] string Address,
    string State)
{
    public bool IsOnline => State == "online";
    public bool IsOffline => State == "offline";
}

/// <summary>GET /status of a drainer (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="IsSynced">Whether everything it has read is downstream.</param>
/// <param name="LastTs">The last commit it has carried over, a TSO: unsigned 64 bits.</param>
internal sealed record DrainerStatus(
    [property: JsonPropertyName("Synced")] bool IsSynced, [property: JsonPropertyName("LastTS")] ulong LastTs);

/// <summary>GET /status of a pump (docs/research/tidb.md#pump-and-drainer).</summary>
internal sealed record PumpsWire(
    [property: JsonPropertyName("ErrMsg")] string? Error = null,
    [property: JsonPropertyName("status")] Dictionary<string, BinlogNode?>? Nodes = null);
