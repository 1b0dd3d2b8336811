using System.Globalization;
using System.Text.Json;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The JSON interface of masters (docs/research/yugabytedb.md#master-pages). Masters that do not lead pass most
/// questions on to the leader and answer failures with status 200 and a page of HTML; so the leader is found first, by
/// the status of is-leader alone, and asked itself.
/// </summary>
/// <param name="http">The way there.</param>
/// <param name="vocabulary">What pages are called.</param>
internal sealed class YbMasterClient(IServiceHttp http, YugabyteVocabulary vocabulary) : YbWebClient(http, vocabulary)
{
    /// <summary>
    /// Whether the master at an address leads: 200, and 503 if not. What the body says does not count.
    /// </summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">Another status.</exception>
    public async Task<bool> IsLeaderAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(address, "is-leader", cancellationToken);
        return answer.Status switch
        {
            200 => true,
            503 => false,
            _ => throw new YbAnswerException(Name(address, "is-leader"), string.Create(CultureInfo.InvariantCulture, $"status {answer.Status}, neither 200 nor 503"), answer.Body),
        };
    }

    /// <summary>The members of the group of masters, as the one at an address sees them.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that lists at least one.</exception>
    public async Task<IReadOnlyList<YbMaster>> MastersAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(address, "masters", cancellationToken);
        var masters = reader.Required(root, "masters", JsonValueKind.Array).EnumerateArray().Select(m => Master(reader, m)).ToList();
        return masters.Count > 0 ? masters : throw reader.Unusable("no master is listed");
    }

    /// <summary>The tablet servers, as the leader sees them.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that lists them.</exception>
    public async Task<IReadOnlyList<YbTserver>> TserversAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(leader, "tablet-servers", cancellationToken);
        var servers = new List<YbTserver>();
        foreach (var placement in root.EnumerateObject())
        {
            if (placement.Value.ValueKind != JsonValueKind.Object)
            {
                throw reader.Unusable($"'{placement.Name}' is no list of servers");
            }

            servers.AddRange(placement.Value.EnumerateObject().Select(s => Tserver(reader, placement.Name, s)));
        }

        return servers;
    }

    /// <summary>Dead servers and tablets with too few replicas.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that says it.</exception>
    public async Task<YbHealth> HealthAsync(ServiceAddress leader, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(leader, "health-check", cancellationToken);
        return new YbHealth(reader.Texts(root, "dead_nodes"), reader.Texts(root, "under_replicated_tablets"));
    }

    /// <summary>Ids of tablets without a leader.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that says it.</exception>
    public async Task<IReadOnlyList<string>> LeaderlessTabletsAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(leader, "tablet-replication", cancellationToken);
        return [.. reader.Required(root, "leaderless_tablets", JsonValueKind.Array).EnumerateArray().Select(t => reader.Text(t, "tablet_uuid"))];
    }

    /// <summary>
    /// Ids of tablets with too few replicas by their placement; null where the version has no such page (404).
    /// </summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that says it.</exception>
    public async Task<IReadOnlyList<string>?> UnderReplicatedTabletsAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        const string Call = "tablet-under-replication";
        var answer = await GetAsync(leader, Call, cancellationToken);
        if (answer.Status == 404)
        {
            return null;
        }

        var (reader, root) = YbJson.Read(Name(leader, Call), answer);
        return [.. reader.Required(root, "underreplicated_tablets", JsonValueKind.Array).EnumerateArray().Select(t => reader.Text(t, "tablet_uuid"))];
    }

    /// <summary>The configuration of the cluster.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that is one.</exception>
    public async Task<YbClusterConfig> ClusterConfigAsync(ServiceAddress leader, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(leader, "cluster-config", cancellationToken);
        return YbClusterConfigReader.Read(reader, root);
    }

    private static YbMaster Master(YbJson reader, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw reader.Unusable("a master that is no object");
        }

        var instance = entry.TryGetProperty("instance_id", out var id) ? id : default;
        var registration = entry.TryGetProperty("registration", out var found) ? found : default;
        var error = entry.TryGetProperty("error", out var problem) ? YbJson.OptionalText(problem, "message") ?? problem.ToString() : null;
        var master = new YbMaster(
            YbJson.OptionalText(instance, "permanent_uuid"),
            Address(registration, "private_rpc_addresses"),
            Address(registration, "http_addresses"),
            YbJson.OptionalText(entry, "role"),
            YbJson.OptionalNumber(instance, "start_time_us"),
            error);
        return error is not null || (master.Uuid is not null && master.Role is not null) ? master : throw reader.Unusable("a master without id or role");
    }

    private static ServiceAddress? Address(JsonElement registration, string key) =>
        registration.ValueKind == JsonValueKind.Object && registration.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first
            && YbJson.OptionalText(first, "host") is { } host && YbJson.OptionalNumber(first, "port") is { } port and > 0 and < 65536
            ? new ServiceAddress(host, (int)port)
            : null;

    private static YbTserver Tserver(YbJson reader, string placement, JsonProperty entry)
    {
        var server = entry.Value;
        return new YbTserver
        {
            Web = ServiceAddress.TryParse(entry.Name, out var web) ? web : throw reader.Unusable($"'{entry.Name}' is no address"),
            Uuid = YbJson.OptionalText(server, "permanent_uuid"),
            Placement = placement,
            IsAlive = reader.Text(server, "status") == "ALIVE",
            SinceHeartbeat = TimeSpan.FromSeconds(Math.Clamp(reader.Required(server, "time_since_hb_sec", JsonValueKind.Number).GetDouble(), 0, int.MaxValue)),
            Uptime = TimeSpan.FromSeconds(Math.Min(reader.Count(server, "uptime_seconds"), int.MaxValue)),
            Leaders = reader.Count(server, "user_tablets_leaders") + reader.Count(server, "system_tablets_leaders"),
            Tablets = reader.Count(server, "user_tablets_total") + reader.Count(server, "system_tablets_total"),
        };
    }
}
