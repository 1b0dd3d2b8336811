using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.SnapshotRestores;

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
