namespace Drydock.Crds.Common;

/// <summary>A BackupSnapshot in the same namespace.</summary>
public sealed record SnapshotReference
{
    /// <summary>Name of the BackupSnapshot.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Uid of the BackupSnapshot. If set, another one of the same name is refused.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Uid { get; init; }
}

/// <summary>The program that dumps a database.</summary>
public enum DumpTool
{
    /// <summary><c>mysqldump</c>. The dump is loaded by <c>mysql</c>.</summary>
    MySqlDump,

    /// <summary><c>mydumper</c>, which dumps several tables at a time. The dump is loaded by several <c>mysql</c> side
    /// by side.</summary>
    MyDumper,
}

/// <summary>How a snapshot is verified.</summary>
public enum SnapshotVerification
{
    /// <summary>The stored files are read back and their checksum, trailer, tables and row counts are
    /// compared.</summary>
    ReadBack,

    /// <summary>The definitions of all objects are also loaded into a scratch database on the same server, without
    /// rows, and compared. Then the scratch database is dropped.</summary>
    Schema,

    /// <summary>The dump is also loaded into a scratch database on the same server and compared with the manifest,
    /// the whole catalogue and the checksums of the contents. Then the scratch database is dropped.</summary>
    RestoreTest,
}
