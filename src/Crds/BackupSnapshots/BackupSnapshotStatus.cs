using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.BackupSnapshots;

/// <summary>What the operator reports of a snapshot.</summary>
public sealed record BackupSnapshotStatus : ObservedStatus
{
    /// <summary>Name of the snapshot in its storage, unique for ever; set before the first byte is written.</summary>
    [Length(SchemaLimits.Name)]
    public string? SnapshotID { get; init; }

    /// <summary>Databases done of all databases: 2/3.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Attempts begun.</summary>
    [Range(0, int.MaxValue)]
    public int Attempt { get; init; }

    /// <summary>Where the files and the manifest are.</summary>
    [Length(SchemaLimits.Path)]
    public string? Path { get; init; }

    /// <summary>Bytes stored, compressed.</summary>
    [Range(0, long.MaxValue)]
    public long? SizeBytes { get; init; }

    /// <summary>Bytes of the dumps before compression.</summary>
    [Range(0, long.MaxValue)]
    public long? RawBytes { get; init; }

    /// <summary>
    /// True once checksum, trailer, tables and row counts of what was stored were read back and compared.
    /// </summary>
    public bool? Verified { get; init; }

    /// <summary>Version as the server reports it.</summary>
    [Length(SchemaLimits.Name)]
    public string? ServerVersion { get; init; }

    /// <summary>The databases.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Databases)]
    public List<SnapshotDatabase> Databases { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Opaque strings by which a running dump and its server sessions are found again, written before it starts. No
    /// API.
    /// </summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    public SortedDictionary<string, string>? Receipt { get; init; }

    /// <summary>Retry tokens that were used, the last ones; none works twice.</summary>
    [Items(SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];
}

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
