namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiDB servers (docs/research/tidb.md#tidb-server).</summary>
/// <param name="http">The transport.</param>
internal sealed class TidbStatusClient(IServiceHttp http)
{
    private const string Marker = "-TiDB-";

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>The version that a server reports itself: GET /status. This is the source for a TiDB's version
    /// (docs/research/tidb.md#rules).</summary>
    /// <exception cref="TiDbApiException">No usable answer; newer versions answer 500 while they end.</exception>
    public async Task<string> VersionAsync(Endpoint status, CancellationToken cancellationToken) =>
        await GetAsync(status, "/status", Json.TidbStatus, s => Version(s.Version), cancellationToken);

    public async Task<TidbServerInfo> InfoAsync(Endpoint status, CancellationToken cancellationToken) =>
        await GetAsync(status, "/info", Json.Server, s => Server(s, s.IsOwner ?? false), cancellationToken);

    public async Task<TidbClusterInfo> AllAsync(Endpoint status, CancellationToken cancellationToken) => await GetAsync(
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

    private async Task<T> GetAsync<TWire, T>(
        Endpoint status,
        string path,
        JsonTypeInfo<TWire> type,
        Func<TWire, T> map,
        CancellationToken cancellationToken)
        where TWire : class
    {
        var answer = await http.GetAsync(status.Host, status.Port, path, cancellationToken);
        return TiDbAnswers.Read(answer, $"GET {status}{path}", type, map);
    }

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

/// <summary>Where a process listens.</summary>
/// <param name="Host">Name or address, as the spec has it.</param>
/// <param name="Port">Its port.</param>
internal sealed record Endpoint(string Host, int Port)
{
    /// <summary>HOST:PORT, as the cluster itself writes addresses; an IPv6 address in brackets.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    public bool IsAddress(string? address)
    {
        var colon = address?.LastIndexOf(':') ?? -1;
        return colon > 0
            && address![(colon + 1)..] == Port.ToString(CultureInfo.InvariantCulture)
            && HostNames.AreSame(Host, address[..colon]);
    }

    /// <summary>Whether one of the URLs that the cluster reports (http://HOST:PORT) is this one's.</summary>
    public bool IsAmong(IEnumerable<string> urls) => urls.Any(url => IsAddress(AddressOf(url)));

    public static string AddressOf(string url)
    {
        var begin = url.IndexOf("://", StringComparison.Ordinal);
        return (begin < 0 ? url : url[(begin + 3)..]).TrimEnd('/');
    }
}
