namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The facts about a universe that preflight collected; together with the spec they are the input of the
/// plan.</summary>
internal sealed record YugabyteDiscovery : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public DatabaseRollingUpgradeSpec Spec { get; init; } = new();
    public required string UniverseUuid { get; init; }
    public required IReadOnlyList<YugabyteInstance> Instances { get; init; }
    public required IReadOnlyList<string> Hosts { get; init; }
    public required int ReplicationFactor { get; init; }
    public required bool? SqlIsOn { get; init; }
    public required IReadOnlyList<DiscoveredGroup> Groups { get; init; }
    public required ReplicationMode Replication { get; init; }

    /// <summary>The version of the AutoFlags configuration, as far as a tool could be asked. Not part of what is done:
    /// it is recorded again before anything is stopped.</summary>
    public int? AutoFlagsVersion { get; init; }

    public bool MovesLeadersSlowly { get; init; }
    public TserverPlacement Placement { get; init; } = TserverPlacement.Unknown;
    public IReadOnlyList<string> Notes { get; init; } = [];
    public string TargetIdentity => UniverseUuid;
    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(Spec);

    public string TargetDescription
    {
        get
        {
            var masters = Instances.Count(i => i.Component == DatabaseComponent.Master);
            return $"{Spec.Engine} with {masters} masters "
                + $"and {Instances.Count - masters} tablet servers on {Hosts.Count} hosts, replication factor "
                + $"{ReplicationFactor}";
        }
    }

    public Plan Compile(DatabaseRollingUpgradeSpec spec) => WindowUnits.Declare(
        new YugabytePlanner(spec, this).Compile(), s => s.Is<SwapMaster>() || s.Is<DrainTserver>());

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) => status with
        {
            Findings = [],
            Instances =
            [
                .. Instances.Select(
                    i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = i.Version }),
            ],
            AutoFlagsConfigBefore = AutoFlagsVersion ?? status.AutoFlagsConfigBefore,
        };
}

/// <summary>A replication group and its target.</summary>
/// <param name="IsPaused">Whether it was paused before the upgrade.</param>
/// <param name="Retention">How long its source keeps the log for a paused target; null if unknown.</param>
internal sealed record DiscoveredGroup(string Name, ReplicationTarget Target, bool IsPaused, TimeSpan? Retention = null)
{
    public string Display => Target.Display(Name);
}

/// <summary>The cluster that is the target of a replication group.</summary>
internal enum ReplicationTarget
{
    Here,

    There,
}

internal static class ReplicationTargets
{
    public static string Display(this ReplicationTarget target, string group) =>
        target == ReplicationTarget.Here ? group : $"{group} at its peer";
}

/// <summary>What preflight learned of one process.</summary>
internal sealed record YugabyteInstance
{
    public required string Name { get; init; }
    public required DatabaseComponent Component { get; init; }
    public required string Version { get; init; }

    /// <summary>SHA-256 of the program of the former version; null where it runs the new one already and nothing tells
    /// what it ran.</summary>
    public required string? FormerSha256 { get; init; }

    public required string? FormerDirectory { get; init; }
}
