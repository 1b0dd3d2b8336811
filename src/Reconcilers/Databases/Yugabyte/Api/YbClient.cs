namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The JSON interface of masters and tablet servers (docs/project/research/yugabytedb.md#master-pages,
/// docs/project/research/yugabytedb.md#tablet-server-pages). Masters that do not lead pass most questions on to the
/// leader and report failures with status 200 and a page of HTML. The leader is therefore found first, by the status of
/// is-leader alone, and asked directly.</summary>
internal sealed class YbClient(IServiceHttp http, YugabyteVocabulary vocabulary)
{
    private const string EntitiesPage = "/dump-entities";
    private const string Voter = "VOTER";
    private const string LagMetric = "follower_lag_ms";
    private const string LagPage = "/metrics?metrics=" + LagMetric;

    // The masters' own; tablet servers have no replica of it.
    private const string CatalogTablet = "00000000000000000000000000000000";

    /// <summary>The version that a process reports on its own port, where no other process answers for it
    /// (docs/project/research/yugabytedb.md#rules).</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<YugabyteVersion> VersionAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "version", YbJsonContext.Default.BuildVersion, cancellationToken);
        var (number, build) = (page.Content.VersionNumber, page.Content.BuildNumber);

        // A build from a working copy has a word instead of a number.
        var text = build is { Length: > 0 } && build.All(char.IsAsciiDigit) ? $"{number}-b{build}" : number;
        return YugabyteVersion.TryParse(text, out var version)
            ? version
            : throw page.Unusable($"'{text}' is not a version");
    }

    public async Task<IReadOnlyDictionary<string, string>> FlagsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "varz", YbJsonContext.Default.Flags, cancellationToken);
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var flag in page.All(page.Content.All, "flags"))
        {
            flags[flag.Name] = flag.Value;
        }

        return flags;
    }

    /// <summary>Whether a master leads: status 200, and 503 if not. The body is ignored.</summary>
    public async Task<bool> IsLeaderAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        const string Call = "is-leader";
        var answer = await GetAsync(address, Call, cancellationToken);
        return answer.Status switch
        {
            200 => true,
            503 => false,
            var status => throw new YbAnswerException(
                Name(address, Call), $"status {status}, neither 200 nor 503", answer.Body),
        };
    }

    public async Task<IReadOnlyList<YbMaster>> MastersAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "masters", YbJsonContext.Default.Masters, cancellationToken);
        var masters = page.All(page.Content.All, "masters").Select(m => Master(page, m)).ToList();
        return masters.Count > 0 ? masters : throw page.Unusable("no master is listed");
    }

    public async Task<IReadOnlyList<YbTserver>> TserversAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(leader, "tablet-servers", YbJsonContext.Default.Tservers, cancellationToken);
        return
        [
            .. from placement in page.Content
               from server in placement.Value ?? throw page.Unusable($"'{placement.Key}' is null")
               let web = ServiceAddress.TryParse(server.Key, out var address)
                   ? address
                   : throw page.Unusable($"'{server.Key}' is not an address")
               select Tserver(web, server.Value ?? throw page.Unusable($"'{server.Key}' is null")),
        ];
    }

    public async Task<YbHealth> HealthAsync(ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(leader, "health-check", YbJsonContext.Default.MasterHealth, cancellationToken);
        return new YbHealth(
            [.. page.All(page.Content.DeadNodes, "dead_nodes")],
            [.. page.All(page.Content.UnderReplicatedTablets, "under_replicated_tablets")]);
    }

    /// <summary>Ids of tablets without a leader.</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<IReadOnlyList<string>> LeaderlessTabletsAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(leader, "tablet-replication", YbJsonContext.Default.Leaderless, cancellationToken);
        return [.. page.All(page.Content.LeaderlessTablets, "leaderless_tablets").Select(t => t.TabletUuid)];
    }

    /// <summary>Ids of tablets with too few replicas by their placement; null if the version has no such page
    /// (404).</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<IReadOnlyList<string>?> UnderReplicatedTabletsAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        const string Call = "tablet-under-replication";
        var answer = await GetAsync(leader, Call, cancellationToken);
        if (answer.Status == 404)
        {
            return null;
        }

        var page = YbPage.Read(Name(leader, Call), answer, YbJsonContext.Default.UnderReplicated);
        return [.. page.All(page.Content.UnderreplicatedTablets, "underreplicated_tablets").Select(t => t.TabletUuid)];
    }

    /// <summary>The voting replicas of all tablets that run, by the ids of the tablets: RPC addresses of their servers
    /// (docs/project/research/yugabytedb.md#master-pages).</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ServiceAddress>>> VotersAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await http.ReadAsync(
            leader.Host, leader.Port, EntitiesPage,
            (answer, token) =>
                YbPage.ReadAsync($"{leader}{EntitiesPage}", answer, YbJsonContext.Default.Entities, token),
            cancellationToken);
        var voters = new Dictionary<string, IReadOnlyList<ServiceAddress>>(StringComparer.Ordinal);
        foreach (var tablet in page.All(page.Content.Tablets, "tablets").Where(t => t.TabletId != CatalogTablet))
        {
            voters[tablet.TabletId] =
            [
                .. page.All(tablet.Replicas ?? [], "replicas").Where(r => r.Type == Voter).Select(r =>
                    ServiceAddress.TryParse(r.Addr, out var address)
                        ? address
                        : throw page.Unusable($"'{r.Addr}' is not an address")),
            ];
        }

        return voters;
    }

    public async Task<YbClusterConfig> ClusterConfigAsync(ServiceAddress leader, CancellationToken cancellationToken) =>
        YbClusterConfig.Of(
            await ReadAsync(leader, "cluster-config", YbJsonContext.Default.ClusterConfig, cancellationToken));

    public async Task<IReadOnlyList<string>> FailedTabletsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "health-check", YbJsonContext.Default.TserverHealth, cancellationToken);
        return [.. page.All(page.Content.FailedTablets, "failed_tablets")];
    }

    public async Task<YbTabletStates> TabletsAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "tablets", YbJsonContext.Default.Tablets, cancellationToken);
        return new YbTabletStates(page.Content.ToDictionary(
            t => t.Key, t => (t.Value ?? throw page.Unusable($"'{t.Key}' is null")).State, StringComparer.Ordinal));
    }

    public async Task<YbFollowerLag> FollowerLagAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(address.Host, address.Port, LagPage, cancellationToken);
        var page = YbPage.Read($"{address}{LagPage}", answer, YbJsonContext.Default.Metrics);
        var (count, largest) = (0, 0L);
        foreach (var metric in page.All(page.Content, "the page").SelectMany(e => page.All(e.Metrics, "metrics")))
        {
            if (metric.Name == LagMetric)
            {
                var value = metric.Value is { ValueKind: JsonValueKind.Number } number
                    && number.TryGetInt64(out var milliseconds)
                        ? milliseconds
                        : throw page.Unusable($"{LagMetric} without a value");
                (count, largest) = (count + 1, Math.Max(largest, value));
            }
        }

        return new YbFollowerLag(count, TimeSpan.FromMilliseconds(largest));
    }

    private Task<ServiceAnswer> GetAsync(ServiceAddress address, string call, CancellationToken cancellationToken) =>
        http.GetAsync(address.Host, address.Port, $"{vocabulary.ApiPath}/{call}", cancellationToken);

    private string Name(ServiceAddress address, string call) => $"{address}{vocabulary.ApiPath}/{call}";

    private async Task<YbPage<T>> ReadAsync<T>(
        ServiceAddress address, string call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        YbPage.Read(Name(address, call), await GetAsync(address, call, cancellationToken), type);

    private static YbMaster Master(YbPage<YbPages.Masters> page, YbPages.Master entry)
    {
        var master = new YbMaster(
            entry.InstanceId?.PermanentUuid, First(entry.Registration?.PrivateRpcAddresses),
            First(entry.Registration?.HttpAddresses), entry.Role, entry.InstanceId?.StartTimeUs,
            entry.Error is { } error ? Message(error) : null);
        return master.Error is not null || (master.Uuid is not null && master.Role is not null)
            ? master
            : throw page.Unusable("a master without id or role");
    }

    private static string Message(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("message", out var message)
        && message.ValueKind == JsonValueKind.String
            ? message.GetString()!
            : error.ToString();

    private static ServiceAddress? First(List<YbPages.HostPort?>? addresses) =>
        addresses is [{ Host: { } host, Port: { } port and > 0 and < 65536 }, ..]
            ? new ServiceAddress(host, (int)port)
            : null;

    private static YbTserver Tserver(ServiceAddress web, YbPages.Tserver server) => new(
        web, server.PermanentUuid,
        server is { Cloud: { Length: > 0 } cloud, Region: { Length: > 0 } region, Zone: { Length: > 0 } zone }
            ? $"{cloud}.{region}.{zone}"
            : null,
        IsAlive: server.Status == "ALIVE",
        SinceHeartbeat: TimeSpan.FromSeconds(Math.Clamp(server.TimeSinceHbSec, 0, int.MaxValue)),
        Uptime: TimeSpan.FromSeconds(Math.Min(server.UptimeSeconds, int.MaxValue)),
        Leaders: server.UserTabletsLeaders + server.SystemTabletsLeaders,
        Tablets: server.UserTabletsTotal + server.SystemTabletsTotal);
}

/// <summary>The flags of a process as numbers.</summary>
internal static class YbFlags
{
    /// <summary>Null if the process does not have it, or it is no whole number.</summary>
    public static long? Number(this IReadOnlyDictionary<string, string> flags, string name) =>
        long.TryParse(
            flags.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}

/// <summary>health-check of the leading master. It does not cover read replicas.</summary>
/// <param name="DeadNodes">Ids of tablet servers without a heartbeat for longer than the master waits.</param>
/// <param name="UnderReplicated">Ids of tablets with too few replicas.</param>
internal sealed record YbHealth(IReadOnlyList<string> DeadNodes, IReadOnlyList<string> UnderReplicated);

/// <summary>A master as another one lists it.</summary>
/// <param name="Uuid">The id; null if only an error is listed.</param>
/// <param name="Role">LEADER, FOLLOWER or another.</param>
/// <param name="StartTimeMicroseconds">When its process started, in microseconds since 1970 by its own clock.</param>
internal sealed record YbMaster(
    string? Uuid, ServiceAddress? Rpc, ServiceAddress? Web, string? Role, long? StartTimeMicroseconds, string? Error)
{
    public bool IsLeader => Error is null && Role == "LEADER";
    public bool IsAlive => Error is null && Role is "LEADER" or "FOLLOWER";
    public string Display => Web?.ToString() ?? Rpc?.ToString() ?? Uuid ?? "a master without address";
}

/// <summary>A tablet server as the leading master sees it.</summary>
/// <param name="IsAlive">Status ALIVE. A server that just ended counts as alive for a minute
/// (docs/project/research/yugabytedb.md#rules).</param>
internal sealed record YbTserver(
    ServiceAddress Web, string? Uuid, string? Zone, bool IsAlive, TimeSpan SinceHeartbeat, TimeSpan Uptime,
    ulong Leaders, ulong Tablets);

/// <summary>The tablets of one server, as the server itself reports them.</summary>
/// <param name="States">The state of each by its id: RUNNING, BOOTSTRAPPING, FAILED and so on.</param>
internal sealed record YbTabletStates(IReadOnlyDictionary<string, string> States)
{
    private const string Run = "RUNNING";

    // States in which a tablet is not expected to run any more.
    private static readonly string[] Gone = ["SHUTDOWN", "TABLET_DATA_TOMBSTONED", "TABLET_DATA_DELETED"];

    public IReadOnlySet<string> Running =>
        States.Where(t => t.Value == Run).Select(t => t.Key).ToHashSet(StringComparer.Ordinal);

    public bool AllRun => Others.All(s => Gone.Contains(s, StringComparer.OrdinalIgnoreCase));
    private IEnumerable<string> Others => States.Values.Where(s => s != Run);

    public string Describe() => string.Join(
        ", ",
        Others.CountBy(s => s, StringComparer.Ordinal).OrderBy(o => o.Key, StringComparer.Ordinal).Select(
            o => $"{o.Value} are {o.Key}"));
}

/// <summary>follower_lag_ms of the tablets of one server.</summary>
internal sealed record YbFollowerLag(int Tablets, TimeSpan Largest);

/// <summary>The configuration of the cluster, as the leading master has it.</summary>
/// <param name="LeaderBlacklist">RPC addresses of tablet servers that must have no leaders.</param>
/// <param name="ServerBlacklist">RPC addresses of tablet servers that must have no data.</param>
internal sealed record YbClusterConfig(
    string UniverseUuid, int? ReplicationFactor, IReadOnlyList<ServiceAddress> LeaderBlacklist,
    IReadOnlyList<ServiceAddress> ServerBlacklist, IReadOnlyList<YbInboundGroup> Groups)
{
    public static YbClusterConfig Of(YbPage<YbPages.ClusterConfig> page)
    {
        // Every version has cluster_uuid, which the overview page calls Universe UUID. universe_uuid was added later
        // and has the same lifetime.
        var config = page.Content;
        return new YbClusterConfig(
            (config.ClusterUuid ?? config.UniverseUuid) is { Length: > 0 } uuid
                ? uuid
                : throw page.Unusable("no cluster_uuid"),
            config.ReplicationInfo?.LiveReplicas?.NumReplicas,
            LeaderBlacklist: Addresses(page, config.LeaderBlacklist?.Hosts, "leader_blacklist"),
            ServerBlacklist: Addresses(page, config.ServerBlacklist?.Hosts, "server_blacklist"),
            [.. Producers(page).Select(p => Group(page, p.Key, p.Value))]);
    }

    private static YbInboundGroup Group(YbPage<YbPages.ClusterConfig> page, string name, YbPages.Producer? producer) =>
        new(name, producer?.DisableStream == true, Addresses(page, producer?.MasterAddrs, "master_addrs"));

    private static IEnumerable<KeyValuePair<string, YbPages.Producer?>> Producers(YbPage<YbPages.ClusterConfig> page) =>
        page.Content.ConsumerRegistry?.ProducerMap switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } map => page
                .All(page.Part(map, YbJsonContext.Default.ProducerEntries), "producer_map")
                .Select(e => KeyValuePair.Create(e.Key, e.Value)),
            { } map => page.Part(map, YbJsonContext.Default.ProducersByName),
        };

    private static List<ServiceAddress> Addresses(
        YbPage<YbPages.ClusterConfig> page, List<YbPages.HostPort?>? hosts, string key) =>
    [
        .. (hosts ?? []).Select(h => h is { Host: { } host, Port: { } port and > 0 and < 65536 }
            ? new ServiceAddress(host, (int)port)
            : throw page.Unusable($"an address of {key} without host or port")),
    ];
}

/// <summary>A replication group in the consumer registry of its target.</summary>
/// <param name="Source">RPC addresses of the masters of the source.</param>
internal sealed record YbInboundGroup(string Name, bool IsPaused, IReadOnlyList<ServiceAddress> Source);
