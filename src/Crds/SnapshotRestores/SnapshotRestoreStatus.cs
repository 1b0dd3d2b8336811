namespace Drydock.Crds.SnapshotRestores;

/// <summary>What the operator reports about a restore.</summary>
public sealed record SnapshotRestoreStatus : JobStatus
{
    /// <summary>Restored databases of all databases, for instance 2/3.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Name of the snapshot in its storage.</summary>
    [Length(SchemaLimits.Name)]
    public string? SnapshotID { get; init; }

    /// <summary>When the snapshot was taken. Data written later is not in it.</summary>
    public DateTimeOffset? SnapshotTakenAt { get; init; }

    /// <summary>The databases and their progress.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Databases)]
    public List<RestoredDatabase> Databases { get; init => field = value ?? []; } = [];

    /// <summary>The approval that the restore waits for. Empty unless it is held.</summary>
    [ListMap("name")]
    [Items(1)]
    public List<HoldStatus> Holds { get; init => field = value ?? []; } = [];

    /// <summary>The most recent approvals, with their effect.</summary>
    [Items(2 * SchemaLimits.History)]
    public List<UsedApproval> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>Opaque strings by which a running load and its server sessions are found again. They are written before
    /// the load starts and are not an API.</summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    [NotInReference]
    public SortedDictionary<string, string>? Receipt { get; init; }
}

/// <summary>One database of a restore.</summary>
public sealed record RestoredDatabase
{
    /// <summary>Name of the database.</summary>
    [Required]
    [Length(64, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Current state.</summary>
    public RestoreState State { get; init; }

    /// <summary>True if the database existed and was dropped, or is dropped once you approve.</summary>
    public bool Dropped { get; init; }

    /// <summary>Number of tables before it was dropped.</summary>
    [Range(0, int.MaxValue)]
    public int? TablesBefore { get; init; }

    /// <summary>Number of rows loaded into all tables.</summary>
    [Range(0, long.MaxValue)]
    public long? Rows { get; init; }

    /// <summary>Progress: bytes and rate.</summary>
    [Length(SchemaLimits.Name)]
    public string? Progress { get; init; }

    /// <summary>Definitions that the server prints differently than the snapshot has them, with both texts, and checks
    /// that the server refused to switch off. Names and rows are equal. Compare the definitions: a server may add or
    /// reorder options.</summary>
    [Items(20)]
    [Length(1024)]
    public List<string> Differences { get; init => field = value ?? []; } = [];
}

/// <summary>State of the restore of one database.</summary>
public enum RestoreState
{
    /// <summary>Not started.</summary>
    Pending,

    /// <summary>The database may have been dropped and created again. It is empty or has its former contents.</summary>
    Dropping,

    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It is loaded and being compared with the manifest and the catalogue.</summary>
    Comparing,

    /// <summary>The database has the contents of the snapshot.</summary>
    Restored,
}
