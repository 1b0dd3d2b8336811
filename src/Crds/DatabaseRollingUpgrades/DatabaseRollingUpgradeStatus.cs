namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What the operator reports about an upgrade.</summary>
public sealed record DatabaseRollingUpgradeStatus : RunStatus
{
    /// <summary>How long the upgrade is expected to take, by the vendor's rule (TiDB: 10 minutes, and 5 minutes for
    /// each TiKV).</summary>
    [Length(SchemaLimits.Duration)]
    public string? Estimate { get; init; }

    /// <summary>How long it took, from the first stopped instance to the last verified one.</summary>
    [Length(SchemaLimits.Duration)]
    public string? Elapsed { get; init; }

    /// <summary>How many processes run the wanted version (in a rollback fromVersion), of all: "PD 3/3, TiKV
    /// 12/60".</summary>
    [Length(SchemaLimits.Name)]
    public string? InstanceProgress { get; init; }

    /// <summary>The processes and the versions that they run, by component and version.</summary>
    [Items(SchemaLimits.Instances)]
    [JsonConverter(typeof(InstancesByVersion))]
    public List<DatabaseInstanceStatus> Instances { get; init => field = value ?? []; } = [];

    /// <summary>What preflight found of the processes that the spec does not describe completely. The upgrade uses both
    /// until it ends.</summary>
    [NotInReference]
    [Length(SchemaLimits.Packed)]
    [JsonConverter(typeof(PackedInventory<DatabaseInventory>))]
    public DatabaseInventory? Inventory { get; init; }

    [JsonIgnore]
    public override FoundInventory? Found => Inventory;

    /// <summary>The instances of spec.removedInstances.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.ChangedInstances)]
    public List<SkippedInstanceStatus> Skipped { get; init => field = value ?? []; } = [];

    /// <summary>The BackupSnapshot of this upgrade, in the same namespace.</summary>
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The Secret with the saved configuration, in the same namespace.</summary>
    public SecretReference? ConfigurationRef { get; init; }

    /// <summary>YugabyteDB: the version of the AutoFlags configuration before the upgrade.</summary>
    public int? AutoFlagsConfigBefore { get; init; }

    /// <summary>YugabyteDB: the version of the AutoFlags configuration after promotion.</summary>
    public int? AutoFlagsConfig { get; init; }

    /// <summary>YugabyteDB: replication groups that this upgrade has paused and not yet resumed.</summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Name)]
    public List<string> PausedReplication { get; init => field = value ?? []; } = [];

    /// <summary>YugabyteDB: until when the sources of paused groups keep their log. Then the targets must be
    /// bootstrapped again.</summary>
    public DateTimeOffset? ReplicationDeadline { get; init; }
}

/// <summary>An instance that the upgrade skips, because the database no longer knows it.</summary>
public sealed record SkippedInstanceStatus
{
    /// <summary>Name of the instance in the spec.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>When its first step was counted as done; empty before that, and if no step of it was left.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The generation of the object (metadata.generation) that had the instance in spec.removedInstances
    /// then.</summary>
    [NotInReference]
    public long? Generation { get; init; }
}
