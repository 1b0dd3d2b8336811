namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>
/// TiDB servers as they register themselves in PD's etcd (docs/research/tidb.md#tidb-servers-in-etcd). PD's client port
/// also serves etcd's gateway for JSON.
/// </content>
internal sealed partial class PdClient
{
    // '0' follows '/': the range has every key below /tidb/server/info/.
    private const string FirstKey = "/tidb/server/info/";
    private const string EndKey = "/tidb/server/info0";

    private const int NotFound = 404;

    // By the version of etcd, the newest first.
    private static readonly string[] Gateways = ["/v3/kv/range", "/v3beta/kv/range", "/v3alpha/kv/range"];

    /// <summary>The TiDB servers that are registered; null if PD serves no gateway.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public async Task<IReadOnlyList<TidbServerInfo>?> RegisteredServersAsync(CancellationToken cancellationToken)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture, $"{{\"key\":\"{Encoded(FirstKey)}\",\"range_end\":\"{Encoded(EndKey)}\"}}");
        foreach (var path in Gateways)
        {
            // It only reads, although it is a POST: any member may be asked again.
            var (member, answer) = await InTurnAsync(
                async member => (
                    member,
                    await http.SendAsync(HttpMethod.Post, member.Host, member.Port, path, body, cancellationToken)),
                mayRepeat: static _ => true);
            if (answer.Status != NotFound)
            {
                return TiDbAnswers.Read(
                    answer,
                    $"POST {member}{path}",
                    Json.Range,
                    range => (IReadOnlyList<TidbServerInfo>)[.. TiDbAnswers.Entries(range.Kvs).Select(Registered)]);
            }
        }

        return null;
    }

    private static TidbServerInfo Registered(EtcdWire.KeyValue entry) => TidbStatusClient.Server(
        JsonSerializer.Deserialize(Convert.FromBase64String(entry.Value), Json.Server), isOwner: false);

    private static string Encoded(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
}
