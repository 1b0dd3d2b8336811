namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Which tablet servers are stopped side by side: those of one zone, at most
/// spec.yugabyte.maxUnavailablePerZone of them. A zone is the cloud, region and zone that the masters list for a
/// server. <see cref="ClusterGate"/> proves before each drain and each stop that every tablet keeps its majority.
/// Pure.</summary>
internal sealed class TserverBatches
{
    // Draining, stopping, starting and catching up of one process, as a rule of thumb.
    private static readonly TimeSpan EachProcess = TimeSpan.FromSeconds(90);

    // Without a quorum that survives one of them, servers are stopped one at a time.
    private const int FewestReplicas = 3;

    private TserverBatches(IReadOnlyList<IReadOnlyList<DatabaseInstance>> batches, string? note) =>
        (Batches, Note) = (batches, note);

    /// <summary>The batches in their order; without zones, each server in the order of the spec.</summary>
    public IReadOnlyList<IReadOnlyList<DatabaseInstance>> Batches { get; }

    public string? Note { get; }

    /// <summary>How long the processes of the universe take to be replaced one after another.</summary>
    public TimeSpan Estimate(DatabaseRollingUpgradeSpec spec) =>
        (spec.Instances.Count(i => i.Component == DatabaseComponent.Master) + Batches.Count)
        * (EachProcess + KubernetesDuration.Parse(spec.Settle));

    public static TserverBatches Of(DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery) =>
        Of(spec, discovery.ReplicationFactor, discovery.Placement);

    public static TserverBatches Of(DatabaseRollingUpgradeSpec spec, int replicas, TserverPlacement placement)
    {
        var most = (spec.Yugabyte ?? new YugabyteSpec()).MaxUnavailablePerZone;
        var servers = spec.Instances.Where(i => i.Component == DatabaseComponent.Tserver).ToList();
        if (most == 1 || servers.Count == 0)
        {
            return new TserverBatches(ZoneBatches.OneByOne(servers), note: null);
        }

        var zones = placement.Zones;
        if ((Obstacle([.. servers.Select(s => zones.GetValueOrDefault(s.Name))], replicas) ?? placement.Obstacle)
            is { } obstacle)
        {
            return new TserverBatches(
                ZoneBatches.OneByOne(servers),
                $"Tablet servers are stopped one at a time, although spec.yugabyte.maxUnavailablePerZone is "
                + $"{most}: {obstacle}");
        }

        var batches = ZoneBatches.Of(servers, s => zones[s.Name]!, most);
        return new TserverBatches(
            batches.Batches,
            "Tablet servers of one zone are stopped side by side, at most "
            + $"{most} of them: {batches.Members}. Before each drain and each "
            + "stop it is proven that every tablet keeps a majority of running replicas if all of them are down.");
    }

    /// <summary>Why servers in these zones are not stopped side by side; null if they may be.</summary>
    /// <param name="zones">The zone of each server; null if it is not known.</param>
    private static string? Obstacle(IReadOnlyCollection<string?> zones, int replicas) =>
        replicas < FewestReplicas
            ? $"with replication factor {replicas}, no tablet keeps a majority of replicas."
            : zones.Any(z => z is null) ? "the masters do not list cloud, region and zone of every tablet server."
            : !ZoneBatches.Suits(zones, replicas)
                ? $"the tablet servers are in {zones.Distinct(StringComparer.Ordinal).Count()} zones, and there "
                    + $"must be {ZoneBatches.Fewest(replicas)}, one for each replica."
            : null;
}

/// <summary>Where the tablet servers of a universe are.</summary>
/// <param name="Zones">The failure domain of each server by its name, as CLOUD.REGION.ZONE; null if the masters do not
/// list it.</param>
/// <param name="Obstacle">Why those of one zone are not stopped side by side, a whole sentence, although there are
/// enough zones: a tablet would lose its majority, or its replicas cannot be read. Null if they may be, or if the spec
/// does not ask for it.</param>
internal sealed record TserverPlacement(IReadOnlyDictionary<string, string?> Zones, string? Obstacle)
{
    public static TserverPlacement Unknown { get; } =
        new(new Dictionary<string, string?>(StringComparer.Ordinal), Obstacle: null);

    /// <summary>Reads where the tablet servers are, and whether those of one zone can be stopped side by side if the
    /// spec asks for it: no tablet may lose its majority without any of the batches. If one would, they are stopped one
    /// at a time.</summary>
    public static async Task<TserverPlacement> ReadAsync(
        YugabyteCluster cluster, ClusterState state, CancellationToken cancellationToken)
    {
        var placement = new TserverPlacement(
            cluster.Tservers.ToDictionary(
                t => t.Name, t => state.View.Tserver(cluster.Web(t))?.Zone, StringComparer.Ordinal),
            Obstacle: null);
        var batches = state.ReplicationFactor is { } replicas
            ? TserverBatches.Of(cluster.Spec, replicas, placement).Batches.Where(b => b.Count > 1).ToList()
            : [];
        if (batches.Count == 0)
        {
            return placement;
        }

        var (quorum, problem) = await YugabyteCluster.TryAsync(
            () => TabletQuorum.ReadAsync(cluster, state.View, except: [], cancellationToken));
        return placement with
        {
            Obstacle = quorum is null
                ? $"the replicas of tablets cannot be read. {problem}"
                : batches.Select(quorum.FindProblem).FirstOrDefault(p => p is not null),
        };
    }
}
