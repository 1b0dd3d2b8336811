namespace Drydock.Crds.BackupSnapshots;

/// <summary>What the operator reports about a snapshot.</summary>
public sealed record BackupSnapshotStatus : JobStatus
{
    /// <summary>Name of the snapshot in its storage; never used again.</summary>
    [Length(SchemaLimits.Name)]
    public string? SnapshotID { get; init; }

    /// <summary>Finished databases of all databases, for instance 2/3.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>The storage root of the operator that is used because the spec names no storage.</summary>
    [Length(SchemaLimits.Path)]
    public string? StorageDirectory { get; init; }

    /// <summary>Directory of the files and the manifest below the storage.</summary>
    [Length(SchemaLimits.Path)]
    public string? Path { get; init; }

    /// <summary>Stored size in bytes, compressed.</summary>
    [Range(0, long.MaxValue)]
    public long? SizeBytes { get; init; }

    /// <summary>The same for readers, for instance 1.2Gi.</summary>
    [Length(16)]
    public string? Size { get; init; }

    /// <summary>Size of the dumps in bytes before compression.</summary>
    [Range(0, long.MaxValue)]
    public long? RawBytes { get; init; }

    /// <summary>How the snapshot was verified. Absent: not verified, or its files are being removed.</summary>
    public SnapshotVerification? Verified { get; init; }

    /// <summary>SHA-256 of the definitions of all objects. Absent: one of them cannot be read.</summary>
    [Length(64)]
    public string? DefinitionsSha256 { get; init; }

    /// <summary>When retention removes the files. Set a day before, and removed if the policy keeps the snapshot
    /// again.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Version as the server reports it.</summary>
    [Length(SchemaLimits.Name)]
    public string? ServerVersion { get; init; }

    /// <summary>The databases and their progress.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Databases)]
    public List<SnapshotDatabase> Databases { get; init => field = value ?? []; } = [];

    /// <summary>Opaque strings, not an API. They record that the removal of the files has begun: it is finished also if
    /// an object refers to the snapshot since.</summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    [NotInReference]
    public SortedDictionary<string, string>? Receipt { get; init; }
}

/// <summary>One database of a snapshot.</summary>
public sealed record SnapshotDatabase
{
    /// <summary>Name of the database.</summary>
    [Required]
    [Length(64, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Number of tables in the dump.</summary>
    [Range(0, int.MaxValue)]
    public int? Tables { get; init; }

    /// <summary>Number of rows in the dump, all tables together.</summary>
    [Range(0, long.MaxValue)]
    public long? Rows { get; init; }

    /// <summary>Stored size in bytes, compressed.</summary>
    [Range(0, long.MaxValue)]
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the stored file, 64 hex digits.</summary>
    [Length(64)]
    public string? Sha256 { get; init; }

    /// <summary>Name of the file below the storage directory.</summary>
    [Length(SchemaLimits.Path)]
    public string? File { get; init; }

    /// <summary>Progress: bytes dumped so far, or done.</summary>
    [Length(SchemaLimits.Name)]
    public string? Progress { get; init; }
}
