namespace Drydock.Crds.OmsUpgrades;

/// <summary>What the operator reports about an upgrade.</summary>
public sealed record OmsUpgradeStatus : RunStatus
{
    /// <summary>Times that matter for downtime and data.</summary>
    public UpgradeTimes? Times { get; init; }

    /// <summary>The BackupSnapshot of this upgrade, in the same namespace.</summary>
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The BackupSnapshot that the rollback took before it dropped the databases.</summary>
    public SnapshotReference? RollbackSnapshotRef { get; init; }

    /// <summary>The SnapshotRestore that a step waits for.</summary>
    [Length(SchemaLimits.Name)]
    public string? Restore { get; init; }

    /// <summary>When the success was seen; spec.cleanup.after counts from then.</summary>
    [NotInReference]
    public DateTimeOffset? CleanupFrom { get; init; }

    /// <summary>When the old containers will be removed, at the earliest a day after it was stored; an Event
    /// (CleanupAnnounced) says it too.</summary>
    public DateTimeOffset? CleanupAt { get; init; }

    /// <summary>When the old containers were removed; a rollback, and so its snapshot, is no longer needed.</summary>
    [NotInReference]
    public DateTimeOffset? CleanedUpAt { get; init; }

    /// <summary>The first projects that were renamed because they shared a name; all are in the parameters of the steps
    /// RenameProjects.</summary>
    [Items(SchemaLimits.Projects)]
    public List<RenamedProject> RenamedProjects { get; init => field = value ?? []; } = [];

    /// <summary>The projects as recorded before the upgrade.</summary>
    public ProjectsStatus? Projects { get; init; }

    /// <summary>How the projects are after the upgrade.</summary>
    public ProjectsAfter? ProjectsAfter { get; init; }

    /// <summary>High availability as found before the upgrade.</summary>
    public HighAvailabilityStatus? HighAvailability { get; init; }

    /// <summary>The nodes, regions and containers that preflight found because the spec does not name them.</summary>
    [NotInReference]
    [Length(SchemaLimits.Packed)]
    [JsonConverter(typeof(PackedInventory<OmsInventory>))]
    public OmsInventory? Inventory { get; init; }

    [JsonIgnore]
    public override FoundInventory? Found => Inventory;

    /// <summary>What runs on every node.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.AllNodes)]
    public List<OmsNodeStatus> Nodes { get; init => field = value ?? []; } = [];
}

/// <summary>What runs on one node.</summary>
public sealed record OmsNodeStatus
{
    /// <summary>Name of the node as in the spec.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the OMS container.</summary>
    [Length(SchemaLimits.Name)]
    public string? Container { get; init; }

    /// <summary>Its image as named by the container.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Image { get; init; }

    /// <summary>ID of that image.</summary>
    [NotInReference]
    [Length(SchemaLimits.Name)]
    public string? ImageID { get; init; }

    /// <summary>The version that runs; empty while it is not known.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Version { get; init; }
}

/// <summary>Times that matter for downtime and data.</summary>
public sealed record UpgradeTimes
{
    /// <summary>When the first old container was stopped, as reported by dockerd.</summary>
    public DateTimeOffset? T1 { get; init; }

    /// <summary>When high availability was switched on.</summary>
    public DateTimeOffset? T2 { get; init; }

    /// <summary>When a rollback stopped the first new container, as reported by dockerd.</summary>
    [NotInReference]
    public DateTimeOffset? StoppedAgainAt { get; init; }

    /// <summary>When a rollback stopped the last new container, as reported by dockerd.</summary>
    public DateTimeOffset? T3 { get; init; }

    /// <summary>When the previous version ran again with its high availability.</summary>
    public DateTimeOffset? RolledBackAt { get; init; }
}

/// <summary>High availability as found before the upgrade.</summary>
public sealed record HighAvailabilityStatus
{
    /// <summary>Who changes ha.config.</summary>
    [NotInReference]
    public HighAvailabilityMethod Method { get; init; }

    /// <summary>False if the installation had no ha.config row, as before 3.3.1.</summary>
    [NotInReference]
    public bool Present { get; init; }

    /// <summary>Whether high availability was switched on.</summary>
    [NotInReference]
    public bool EnabledBefore { get; init; }

    /// <summary>The text of ha.config before the upgrade, byte for byte. It contains no secret.</summary>
    [Length(SchemaLimits.Opaque)]
    public string? Before { get; init; }
}

/// <summary>The projects of an installation, as read from its API or its tables.</summary>
public sealed record ProjectsStatus
{
    /// <summary>When they were read.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Migration projects that are not deleted.</summary>
    [Range(0, int.MaxValue)]
    public int Migration { get; init; }

    /// <summary>Synchronisation projects that are not deleted.</summary>
    [Range(0, int.MaxValue)]
    public int Synchronization { get; init; }

    /// <summary>Number of projects by status.</summary>
    [Items(64)]
    [Range(0, int.MaxValue)]
    public SortedDictionary<string, int> ByStatus { get; init => field = value ?? new(StringComparer.Ordinal); } =
        new(StringComparer.Ordinal);

    /// <summary>Each project with its kind, id, status, name and component states; absent if there is none.</summary>
    public ListReference? List { get; init; }
}

/// <summary>The projects after the upgrade beside those recorded before.</summary>
public sealed record ProjectsAfter
{
    /// <summary>Done: as before. ProjectsDiffer. Unverifiable: without credentials of the API nothing is
    /// known.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>What differs, or why it is not known.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }
}

/// <summary>A project that was renamed because it shared its name.</summary>
public sealed record RenamedProject
{
    /// <summary>Migration or Synchronization.</summary>
    public ProjectKind Kind { get; init; }

    /// <summary>Id in its table.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Name before.</summary>
    [Length(SchemaLimits.Name)]
    public string OldName { get; init => field = value ?? ""; } = "";

    /// <summary>Name after.</summary>
    [Length(SchemaLimits.Name)]
    public string NewName { get; init => field = value ?? ""; } = "";
}

/// <summary>Kinds of OMS projects. Before 4.0.1 (Enterprise) and 4.1.1 (Community) they are in different
/// tables.</summary>
public enum ProjectKind
{
    /// <summary>Data migration (oms_project).</summary>
    Migration,

    /// <summary>Data synchronisation (oms_sync_project).</summary>
    Synchronization,
}
