using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The facts about a universe that preflight collected; together with the spec they are the input of the plan.
/// </summary>
internal sealed record YugabyteDiscovery
{
    /// <summary>What the universe is called by its own id; claims are named after it.</summary>
    public required string UniverseUuid { get; init; }

    /// <summary>The processes, in the order of the spec.</summary>
    public required IReadOnlyList<DiscoveredInstance> Instances { get; init; }

    /// <summary>The hosts that get the package.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>How many replicas data has.</summary>
    public required int ReplicationFactor { get; init; }

    /// <summary>Whether SQL is on; null where no tablet server tells.</summary>
    public required bool? SqlIsOn { get; init; }

    /// <summary>Replication groups of the spec, at the ends where they were found.</summary>
    public required IReadOnlyList<DiscoveredGroup> Groups { get; init; }

    /// <summary>How replication is carried through.</summary>
    public required ReplicationMode Replication { get; init; }

    /// <summary>
    /// The version of the AutoFlags configuration, as far as a tool could be asked. Not part of what is done: it is
    /// recorded again before anything is stopped.
    /// </summary>
    public int? AutoFlagsVersion { get; init; }

    /// <summary>
    /// Whether a master moves fewer leaders at once than a drain may (<see cref="LeaderMoves"/>), and the dialect has a
    /// tool that can change it.
    /// </summary>
    public bool MovesLeadersSlowly { get; init; }

    /// <summary>Where the tablet servers are.</summary>
    public TserverPlacement Placement { get; init; } = TserverPlacement.Unknown;

    /// <summary>Further notes for the reader of the plan.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>A short description of the target.</summary>
    public string Describe(DatabaseRollingUpgradeSpec spec)
    {
        var masters = Instances.Count(i => i.Component == DatabaseComponent.Master);
        return $"{(spec.Yugabyte?.Dialect == YugabyteDialect.BMDB ? "BMDB" : "YugabyteDB")} with {masters} masters and "
            + $"{Instances.Count - masters} tablet servers on {Hosts.Count} hosts, replication factor "
            + $"{ReplicationFactor}";
    }
}

/// <summary>A replication group and its target.</summary>
/// <param name="Name">The name of the group.</param>
/// <param name="Target">The cluster that is its target.</param>
/// <param name="IsPaused">Whether it was paused before the upgrade.</param>
/// <param name="Retention">How long its source keeps the log for a paused target; null if unknown.</param>
internal sealed record DiscoveredGroup(
    string Name, ReplicationTarget Target, bool IsPaused, TimeSpan? Retention = null)
{
    /// <summary>The group for messages.</summary>
    public string Display => Target == ReplicationTarget.Here ? Name : $"{Name} at its peer";
}

/// <summary>The cluster that is the target of a replication group.</summary>
internal enum ReplicationTarget
{
    /// <summary>This cluster.</summary>
    Here,

    /// <summary>The peer.</summary>
    There,
}
