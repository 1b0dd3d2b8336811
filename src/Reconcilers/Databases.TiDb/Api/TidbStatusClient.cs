namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiDB servers (docs/research/tidb.md#tidb-server).</summary>
internal sealed class TidbStatusClient(IServiceHttp http)
{
    private const string Marker = "-TiDB-";

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>The version that a server reports itself: GET /status. This is the source for a TiDB's version
    /// (docs/research/tidb.md#rules).</summary>
    /// <exception cref="TiDbApiException">No usable answer; newer versions answer 500 while they end.</exception>
    public Task<string> VersionAsync(Endpoint status, CancellationToken cancellationToken) =>
        http.GetAsync(status, "/status", Json.TidbStatus, s => Version(s.Version), cancellationToken);

    public Task<TidbServerInfo> InfoAsync(Endpoint status, CancellationToken cancellationToken) =>
        http.GetAsync(status, "/info", Json.Server, s => Server(s, s.IsOwner ?? false), cancellationToken);

    public Task<TidbClusterInfo> AllAsync(Endpoint status, CancellationToken cancellationToken) => http.GetAsync(
        status,
        "/info/all",
        Json.Servers,
        all => new TidbClusterInfo(
            all.OwnerId ?? "",
            all.IsAllServerVersionConsistent ?? false,
            [.. all.AllServersInfo.Select(s => Server(s.Value, s.Key == (all.OwnerId ?? "")))]),
        cancellationToken);

    /// <summary>Makes a server resign as DDL owner; has no effect if it is not the owner (400).</summary>
    /// <returns>False if its version does not know the request (404).</returns>
    /// <exception cref="TiDbApiException">Refused for another reason.</exception>
    public async Task<bool> ResignDdlOwnerAsync(Endpoint status, CancellationToken cancellationToken)
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

    public async Task<PrometheusText> MetricsAsync(Endpoint status, CancellationToken cancellationToken) =>
        PrometheusText.Read(
            await http.GetAsync(status.Host, status.Port, "/metrics", cancellationToken), $"GET {status}/metrics");

    internal static TidbServerInfo Server(TidbWire.Server? server, bool isOwner) => server is null
        ? throw new FormatException("a server is null")
        : new TidbServerInfo(
            server.DdlId,
            isOwner,
            new Endpoint(server.Ip ?? "", server.ListeningPort ?? 0).ToString(),
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
/// <param name="DdlId">Its id among the owners of DDL.</param>
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
        string DdlId,
        string Version,
        bool? IsOwner = null,
        string? Ip = null,
        int? ListeningPort = null,
        int? StatusPort = null,
        string? BinlogStatus = null);

    /// <summary>GET /info/all.</summary>
    public sealed record Servers(
        Dictionary<string, Server?> AllServersInfo,
        string? OwnerId = null,
        bool? IsAllServerVersionConsistent = null);
}
