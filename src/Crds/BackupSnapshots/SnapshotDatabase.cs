using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.BackupSnapshots;

/// <summary>One database of a snapshot.</summary>
public sealed record SnapshotDatabase
{
    /// <summary>Name of the database.</summary>
    [Required]
    [Length(64, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Tables in the dump.</summary>
    [Range(0, int.MaxValue)]
    public int? Tables { get; init; }

    /// <summary>Rows in the dump, of all tables.</summary>
    [Range(0, long.MaxValue)]
    public long? Rows { get; init; }

    /// <summary>Bytes stored, compressed.</summary>
    [Range(0, long.MaxValue)]
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the stored file, 64 hex digits.</summary>
    [Length(64)]
    public string? Sha256 { get; init; }

    /// <summary>Name of the file below the storage directory.</summary>
    [Length(SchemaLimits.Path)]
    public string? File { get; init; }

    /// <summary>How far it is: bytes dumped so far, or done.</summary>
    [Length(SchemaLimits.Name)]
    public string? Progress { get; init; }
}
