using System.Globalization;
using System.Net.Http;
using System.Text.Json;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiDB servers (docs/research/tidb.md#tidb-server).</summary>
/// <param name="http">The transport.</param>
internal sealed class TidbStatusClient(IServiceHttp http)
{
    private const string Marker = "-TiDB-";

    /// <summary>
    /// The version a server runs, by its own word: GET /status. This is the source for a TiDB's version
    /// (docs/research/tidb.md#rules).
    /// </summary>
    /// <exception cref="TiDbApiException">No usable answer; newer versions answer 500 while they end.</exception>
    /// <exception cref="ServiceException">No answer.</exception>
    public async Task<string> VersionAsync(Endpoint status, CancellationToken cancellationToken) =>
        await GetAsync(status, "/status", root => Version(root.Text("version")), cancellationToken);

    /// <summary>What a server says of itself.</summary>
    public async Task<TidbServerInfo> InfoAsync(Endpoint status, CancellationToken cancellationToken) =>
        await GetAsync(status, "/info", root => Server(root, root.Optional("is_owner")?.GetBoolean() ?? false), cancellationToken);

    /// <summary>What a server says of all.</summary>
    public async Task<TidbClusterInfo> AllAsync(Endpoint status, CancellationToken cancellationToken) => await GetAsync(
        status,
        "/info/all",
        root =>
        {
            var owner = root.OptionalText("owner_id") ?? "";
            var servers = root.Member("all_servers_info") is { ValueKind: JsonValueKind.Object } all ? all : throw new FormatException("\"all_servers_info\" is no object");
            return new TidbClusterInfo(
                owner,
                root.Optional("is_all_server_version_consistent")?.GetBoolean() ?? false,
                [.. servers.EnumerateObject().Select(s => Server(s.Value, s.Name == owner))]);
        },
        cancellationToken);

    /// <summary>Has a server give the ownership of DDL away; nothing happens if it does not own it (400).</summary>
    /// <exception cref="TiDbApiException">Refused for another reason.</exception>
    public async Task ResignDdlOwnerAsync(Endpoint status, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(HttpMethod.Post, status.Host, status.Port, "/ddl/owner/resign", null, cancellationToken);
        if (answer.Status != 200 && !answer.Body.Contains("not a ddl owner", StringComparison.Ordinal))
        {
            throw new TiDbApiException(Reasons.StepFailed, $"POST {status}/ddl/owner/resign was answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}", answer.Status);
        }
    }

    /// <summary>The server's counters.</summary>
    public async Task<PrometheusText> MetricsAsync(Endpoint status, CancellationToken cancellationToken) =>
        PrometheusText.Read(await http.GetAsync(status.Host, status.Port, "/metrics", cancellationToken), $"GET {status}/metrics");

    private async Task<T> GetAsync<T>(Endpoint status, string path, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        StrictJson.Read(await http.GetAsync(status.Host, status.Port, path, cancellationToken), $"GET {status}{path}", read);

    private static TidbServerInfo Server(JsonElement info, bool isOwner) => new(
        info.Text("ddl_id"),
        isOwner,
        new Endpoint(info.OptionalText("ip") ?? "", (int)info.Number("listening_port")).ToString(),
        Version(info.Text("version")));

    // 5.7.25-TiDB-v3.0.9, and 5.7.25-TiDB-v3.0.9-6-gabc for a build of one's own.
    private static string Version(string text)
    {
        var at = text.IndexOf(Marker, StringComparison.Ordinal);
        return at < 0
            ? throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"version \"{text}\" is none of TiDB, expected for instance 5.7.25-TiDB-v3.0.9"))
            : TiDbVersion.Plain(text[(at + Marker.Length)..]);
    }
}
