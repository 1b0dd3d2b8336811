using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What the operator reports of an upgrade.</summary>
public sealed record DatabaseRollingUpgradeStatus : RunStatus
{
    /// <summary>
    /// How long the upgrade is expected to take, by the vendor's rule of thumb (TiDB: 10 minutes and 5 minutes for each
    /// TiKV). Duration.
    /// </summary>
    [Length(SchemaLimits.Duration)]
    public string? Estimate { get; init; }

    /// <summary>How long it has taken, from the first instance stopped to the last one verified. Duration.</summary>
    [Length(SchemaLimits.Duration)]
    public string? Elapsed { get; init; }

    /// <summary>The processes, and what they run now.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Instances)]
    public List<DatabaseInstanceStatus> Instances { get; init => field = value ?? []; } = [];

    /// <summary>The BackupSnapshot of this upgrade, in the same namespace.</summary>
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The Secret with the saved configuration, in the same namespace.</summary>
    public SecretReference? ConfigurationRef { get; init; }

    /// <summary>YugabyteDB: the version of the AutoFlags configuration before the upgrade.</summary>
    public int? AutoFlagsConfigBefore { get; init; }

    /// <summary>YugabyteDB: the version of the AutoFlags configuration since they were promoted.</summary>
    public int? AutoFlagsConfig { get; init; }

    /// <summary>YugabyteDB: replication groups that this upgrade has paused and not resumed.</summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Name)]
    public List<string> PausedReplication { get; init => field = value ?? []; } = [];
}

/// <summary>A process, as it was seen last.</summary>
public sealed record DatabaseInstanceStatus
{
    /// <summary>Its name in the spec.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it is.</summary>
    public DatabaseComponent Component { get; init; }

    /// <summary>The version it runs.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Version { get; init; }
}
