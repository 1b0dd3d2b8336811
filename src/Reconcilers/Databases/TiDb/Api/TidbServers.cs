namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiDB servers (docs/project/research/tidb.md#tidb-server).</summary>
internal sealed class TidbStatusClient(IServiceHttp http)
{
    private const string Marker = "-TiDB-";

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>The version that a server reports itself: GET /status. This is the source for a TiDB's version
    /// (docs/project/research/tidb.md#rules).</summary>
    /// <exception cref="TiDbApiException">No usable answer; newer versions answer 500 while they end.</exception>
    public Task<string> VersionAsync(ServiceAddress status, CancellationToken cancellationToken) =>
        http.GetAsync(status, "/status", Json.StatusAnswer, s => Version(s.Version), cancellationToken);

    public Task<TidbServerInfo> InfoAsync(ServiceAddress status, CancellationToken cancellationToken) =>
        http.GetAsync(status, "/info", Json.ServerEntry, Server, cancellationToken);

    public Task<TidbClusterInfo> AllAsync(ServiceAddress status, CancellationToken cancellationToken) => http.GetAsync(
        status, "/info/all", Json.ServersAnswer,
        all => new TidbClusterInfo(
            all.IsAllServerVersionConsistent ?? false, [.. all.AllServersInfo.Values.Select(Server)]),
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

    internal static TidbServerInfo Server(ServerEntry? server) => server is null
        ? throw new FormatException("a server is null")
        : new TidbServerInfo(
            server.IsOwner ?? false,
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

    /// <summary>GET /status.</summary>
    internal sealed record StatusAnswer(string Version);

    /// <summary>GET /info, and an entry of GET /info/all. A property with a default may be absent.</summary>
    internal sealed record ServerEntry(
        string Version, bool? IsOwner = null, string? Ip = null, int? ListeningPort = null, int? StatusPort = null,
        string? BinlogStatus = null);

    /// <summary>GET /info/all.</summary>
    internal sealed record ServersAnswer(
        Dictionary<string, ServerEntry?> AllServersInfo, bool? IsAllServerVersionConsistent = null);
}

/// <summary>The TiDB servers that are registered in PD's etcd, by its gateway for JSON: keys and values are base64
/// (docs/project/research/tidb.md#tidb-servers-in-etcd).</summary>
internal static class TidbRegistry
{
    // '0' follows '/': the range has every key below /tidb/server/info/.
    private const string FirstKey = "/tidb/server/info/";
    private const string EndKey = "/tidb/server/info0";
    private const int NotFound = 404;

    // By the version of etcd, the newest first.
    private static readonly string[] Gateways = ["/v3/kv/range", "/v3beta/kv/range", "/v3alpha/kv/range"];

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>The servers; null if PD serves no gateway.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public static async Task<IReadOnlyList<TidbServerInfo>?> RegisteredServersAsync(
        this PdClient pd, CancellationToken cancellationToken)
    {
        var body = $"{{\"key\":\"{Encoded(FirstKey)}\",\"range_end\":\"{Encoded(EndKey)}\"}}";
        foreach (var path in Gateways)
        {
            var servers = await pd.AskAsync(async (http, member) =>
            {
                var answer = await http.SendAsync(
                    HttpMethod.Post, member.Host, member.Port, path, body, cancellationToken);
                return answer.Status == NotFound
                    ? null
                    : TiDbAnswers.Read(
                        answer, $"POST {member}{path}", Json.RangeAnswer,
                        range => TiDbAnswers.Entries(range.Kvs).Select(Server).ToList());
            });
            if (servers is not null)
            {
                return servers;
            }
        }

        return null;
    }

    private static TidbServerInfo Server(KeyValue entry) => TidbStatusClient.Server(
        JsonSerializer.Deserialize(Convert.FromBase64String(entry.Value), Json.ServerEntry));

    private static string Encoded(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    /// <summary>Without a key in the range, kvs is absent.</summary>
    internal sealed record RangeAnswer(List<KeyValue?>? Kvs = null);

    internal sealed record KeyValue(string Value);
}

/// <summary>GET /info of a TiDB (docs/project/research/tidb.md#tidb-server).</summary>
/// <param name="IsOwner">Whether it is the owner of DDL, as the server itself says.</param>
/// <param name="Address">HOST:PORT of its SQL port, as it reports itself.</param>
/// <param name="Version">Its version, plain: 3.0.9.</param>
internal sealed record TidbServerInfo(bool IsOwner, string Address, string Version)
{
    /// <summary>Whether it writes no binlog any more since a write failed: its changes are missing downstream. False
    /// where the server does not say (docs/project/research/tidb.md#tidb-server).</summary>
    public bool SkipsBinlog { get; init; }

    public int? StatusPort { get; init; }
}

/// <summary>GET /info/all (docs/project/research/tidb.md#tidb-server): every TiDB that is registered.</summary>
/// <param name="IsConsistent">Whether all are of one version, as the cluster reports it. Absent is false.</param>
internal sealed record TidbClusterInfo(bool IsConsistent, IReadOnlyList<TidbServerInfo> Servers);
