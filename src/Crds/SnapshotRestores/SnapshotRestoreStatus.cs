using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.SnapshotRestores;

/// <summary>What the operator reports of a restore.</summary>
public sealed record SnapshotRestoreStatus : ObservedStatus
{
    /// <summary>Databases restored of all databases: 2/3.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Name of the snapshot in its storage.</summary>
    [Length(SchemaLimits.Name)]
    public string? SnapshotID { get; init; }

    /// <summary>When the snapshot was taken: what was written later is not in it.</summary>
    public DateTimeOffset? SnapshotTakenAt { get; init; }

    /// <summary>Attempts begun.</summary>
    [Range(0, int.MaxValue)]
    public int Attempt { get; init; }

    /// <summary>The databases.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Databases)]
    public List<RestoredDatabase> Databases { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Opaque strings by which a running load and its server sessions are found again, written before it starts. No
    /// API.
    /// </summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    public SortedDictionary<string, string>? Receipt { get; init; }

    /// <summary>Retry tokens that were used, the last ones; none works twice.</summary>
    [Items(SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];
}

/// <summary>One database of a restore.</summary>
public sealed record RestoredDatabase
{
    /// <summary>Name of the database.</summary>
    [Required]
    [Length(64, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Where it stands.</summary>
    public RestoreState State { get; init; }

    /// <summary>True if it existed and was, or would be, dropped.</summary>
    public bool Dropped { get; init; }

    /// <summary>Tables it had before it was dropped.</summary>
    [Range(0, int.MaxValue)]
    public int? TablesBefore { get; init; }

    /// <summary>Rows loaded, of all tables.</summary>
    [Range(0, long.MaxValue)]
    public long? Rows { get; init; }

    /// <summary>How far it is: bytes and rate.</summary>
    [Length(SchemaLimits.Name)]
    public string? Progress { get; init; }
}

/// <summary>Where the restore of one database stands.</summary>
public enum RestoreState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>
    /// The database may have been dropped and created again; it holds nothing yet, or its former contents.
    /// </summary>
    Dropping,

    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It is loaded and being compared with the manifest and the catalogue.</summary>
    Comparing,

    /// <summary>It is as the snapshot has it.</summary>
    Restored,
}
