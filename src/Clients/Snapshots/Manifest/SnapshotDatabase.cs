namespace Drydock.Clients.Snapshots;

/// <summary>One database of a snapshot. All lists are in ordinal order of names.</summary>
public sealed record SnapshotDatabase
{
    public required string Name { get; init; }

    public required string CharacterSet { get; init; }

    public required string Collation { get; init; }

    /// <summary>The dump. For a single file, that file; if the tool writes several, their sum: <c>Name</c> is the
    /// folder they are in, the sizes are sums and <c>Sha256</c> is that of the lines <c>sha256, two blanks, name,
    /// newline</c> of <see cref="Files"/>, as <c>sha256sum</c> prints them.</summary>
    public required SnapshotFile File { get; init; }

    public IReadOnlyList<SnapshotFile>? Files { get; init; }

    [JsonIgnore]
    public IReadOnlyList<SnapshotFile> StoredFiles => Files ?? [File];

    public required IReadOnlyList<SnapshotTable> Tables { get; init; }

    public required IReadOnlyList<SnapshotObject> Views { get; init; }

    public required IReadOnlyList<SnapshotObject> Routines { get; init; }

    public required IReadOnlyList<SnapshotObject> Triggers { get; init; }

    public required IReadOnlyList<SnapshotObject> Events { get; init; }

    public required IReadOnlyList<SnapshotObject> Sequences { get; init; }

    public long Rows => Tables.Sum(static t => t.Rows);

    /// <summary>The rows of system-versioned tables include those of the past.</summary>
    public bool History { get; init; }
}

/// <summary>One stored file of a dump, or the sum of all files.</summary>
/// <param name="Name">Object name in the storage, relative to the snapshot's folder.</param>
/// <param name="Compression"><c>gzip</c>.</param>
/// <param name="StoredBytes">Size as stored.</param>
/// <param name="RawBytes">Size of the SQL.</param>
/// <param name="Sha256">SHA-256 of the stored bytes, lower-case hex.</param>
/// <param name="LargestStatementBytes">Longest statement; the server that loads it needs a larger
/// <c>max_allowed_packet</c>.</param>
/// <param name="Part">The kind of content.</param>
/// <param name="ToolName">The name given by the tool, if it differs from the object's by more than its
/// extensions.</param>
public sealed record SnapshotFile(
    string Name,
    string Compression,
    long StoredBytes,
    long RawBytes,
    string Sha256,
    long LargestStatementBytes,
    SnapshotPart Part = SnapshotPart.Whole,
    string? ToolName = null);

/// <summary>The kind of content of a dump file. Files are loaded in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SnapshotPart>))]
public enum SnapshotPart
{
    Whole,

    Tables,

    /// <summary>Rows, as mydumper writes them: loaded by several mysql side by side.</summary>
    Rows,

    /// <summary>mydumper's file <c>metadata</c>, which it writes last. It is not loaded.</summary>
    Metadata,

    /// <summary>Rows, dumped by mysqldump, of tables that mydumper cannot dump correctly: loaded by mysql.</summary>
    OtherRows,

    Routines,

    Views,
}

/// <summary>One table of a snapshot.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">COUNT(*) on the server, equal to the rows in the dump.</param>
/// <param name="DefinitionSha256">SHA-256 of its definition without the AUTO_INCREMENT counter; null if it could not be
/// read.</param>
public sealed record SnapshotTable(string Name, long Rows, string? DefinitionSha256)
{
    public string? Definition { get; init; }
}

/// <summary>A view, routine, trigger, event or sequence of a snapshot.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DefinitionSha256">SHA-256 of its definition; null if it could not be read.</param>
public sealed record SnapshotObject(string Name, string? DefinitionSha256)
{
    public string? Definition { get; init; }
}
