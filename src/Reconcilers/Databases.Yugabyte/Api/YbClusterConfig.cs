namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The configuration of the cluster, as the leading master has it.</summary>
internal sealed record YbClusterConfig
{
    public required string UniverseUuid { get; init; }

    public int? ReplicationFactor { get; init; }

    /// <summary>RPC addresses of tablet servers that must have no leaders.</summary>
    public IReadOnlyList<ServiceAddress> LeaderBlacklist { get; init; } = [];

    /// <summary>RPC addresses of tablet servers that must have no data.</summary>
    public IReadOnlyList<ServiceAddress> ServerBlacklist { get; init; } = [];

    public IReadOnlyList<YbInboundGroup> Groups { get; init; } = [];

    public static YbClusterConfig Of(YbPage<YbPages.ClusterConfig> page)
    {
        // Every version has cluster_uuid, which the overview page calls Universe UUID. universe_uuid was added later
        // and has the same lifetime.
        var config = page.Content;
        return new YbClusterConfig
        {
            UniverseUuid = (config.ClusterUuid ?? config.UniverseUuid) is { Length: > 0 } uuid
                ? uuid
                : throw page.Unusable("no cluster_uuid"),
            ReplicationFactor = config.ReplicationInfo?.LiveReplicas?.NumReplicas,
            LeaderBlacklist = Addresses(page, config.LeaderBlacklist?.Hosts, "leader_blacklist"),
            ServerBlacklist = Addresses(page, config.ServerBlacklist?.Hosts, "server_blacklist"),
            Groups = [.. Producers(page).Select(p => Group(page, p.Key, p.Value))],
        };
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
/// <param name="Name">The name of the group.</param>
/// <param name="IsPaused">Whether it is disabled.</param>
/// <param name="Source">RPC addresses of the masters of the source.</param>
internal sealed record YbInboundGroup(string Name, bool IsPaused, IReadOnlyList<ServiceAddress> Source);
