namespace Drydock.Clients.Snapshots;

/// <summary>The content of a snapshot. It is written last, so a snapshot without it does not exist. It never contains a
/// secret.</summary>
public sealed record SnapshotManifest
{
    public const int FirstFormat = 1;

    public const int CurrentFormat = 2;

    public int Format { get; init; } = FirstFormat;

    public required string Id { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required SnapshotServer Server { get; init; }

    public required SnapshotTool Tool { get; init; }

    /// <summary>How the files are encrypted; null: not encrypted.</summary>
    public SnapshotEncryption? Encryption { get; init; }

    /// <summary>The BackupSnapshot it was taken for; null: not recorded.</summary>
    public SnapshotOwner? Owner { get; init; }

    /// <summary>Which series it belongs to; null: none.</summary>
    public string? Series { get; init; }

    public required IReadOnlyList<ManifestDatabase> Databases { get; init; }

    /// <summary>SHA-256 of all definitions; null if one of them could not be read.</summary>
    [JsonIgnore]
    public string? DefinitionsSha256
    {
        get
        {
            List<string?> all = [.. Databases.SelectMany(static d => d.Definitions)];
            return all.Contains(null) ? null : SessionMarker.Hash(string.Join('\n', all), 64);
        }
    }

    public long StoredBytes => Databases.Sum(static d => d.File.StoredBytes);

    /// <summary>Bytes of SQL, all files.</summary>
    public long RawBytes => Databases.Sum(static d => d.File.RawBytes);
}

/// <summary>A server as it described itself.</summary>
/// <param name="Key">Its uuid, or host and port as it reports them.</param>
/// <param name="Kind">MySql, MariaDb or OceanBase.</param>
public sealed record SnapshotServer(string Key, string Kind, string Version);

/// <summary>The tool that wrote the dumps.</summary>
/// <param name="Name">E.g. <c>mysqldump</c>.</param>
/// <param name="Version">The line it prints for <c>--version</c>.</param>
/// <param name="Flags">Its flags, without host, user or any secret.</param>
/// <param name="Kind">Which of the known tools it is.</param>
/// <param name="Consistency">A description of how the rows of one database are consistent with one point in time; null
/// in older manifests.</param>
public sealed record SnapshotTool(
    string Name,
    string Version,
    IReadOnlyList<string> Flags,
    DumpToolKind Kind = DumpToolKind.MySqlDump,
    string? Consistency = null)
{
    internal const string WithoutHistory = "without the history of system-versioned tables";

    internal const string WithSixDigits = "with six digits of the FLOAT columns";

    /// <summary>What the dump left out, as the end of a sentence; null if nothing.</summary>
    [JsonIgnore]
    public string? Omission => new[] { WithoutHistory, WithSixDigits }
        .Select(what => Consistency?.IndexOf(what, StringComparison.Ordinal) ?? -1)
        .FirstOrDefault(static at => at >= 0, -1) is >= 0 and var at ? Consistency![at..] : null;

    internal bool IsOfMariaDb => Version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The object that a snapshot was taken for.</summary>
/// <param name="Namespace">Its namespace: the snapshot can be restored only there.</param>
public sealed record SnapshotOwner(string Namespace, string Name, string Uid);

/// <summary>How the files of a snapshot are encrypted.</summary>
/// <param name="Format"><c>age</c> (age-encryption.org/v1).</param>
/// <param name="Recipients">Public keys; the identity of any of them decrypts the files.</param>
public sealed record SnapshotEncryption(string Format, IReadOnlyList<string> Recipients)
{
    public const string Age = "age";
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SnapshotManifest))]
[JsonSerializable(typeof(SnapshotStorageMark))]
[JsonSerializable(typeof(SnapshotSession))]
internal sealed partial class SnapshotJson : JsonSerializerContext;

/// <summary>One database of a snapshot or on a server. All lists are in ordinal order of names.</summary>
public sealed record ManifestDatabase
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

    internal IEnumerable<SnapshotObject> Objects =>
    [
        .. Tables.Select(static t => t.Object), .. Views, .. Routines, .. Triggers, .. Events, .. Sequences,
    ];

    internal IEnumerable<string?> Definitions => Objects
        .Select(static o => o.DefinitionSha256 is { } hash ? $"{o.Name} {hash}" : null)
        .Prepend($"{Name} {CharacterSet} {Collation}");

    internal bool IsEmpty => !Objects.Any();
}

/// <summary>One stored file of a dump, or the sum of all files.</summary>
/// <param name="Name">Object name in the storage, relative to the snapshot's folder.</param>
/// <param name="Compression"><c>gzip</c>.</param>
/// <param name="RawBytes">Size of the SQL.</param>
/// <param name="Sha256">SHA-256 of the stored bytes, lower-case hex.</param>
/// <param name="LargestStatementBytes">Longest statement; the server that loads it needs a larger
/// <c>max_allowed_packet</c>.</param>
public sealed record SnapshotFile(
    string Name,
    string Compression,
    long StoredBytes,
    long RawBytes,
    string Sha256,
    long LargestStatementBytes,
    SnapshotPart Part = SnapshotPart.Whole);

/// <summary>The kind of content of a dump file. Files are loaded in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SnapshotPart>))]
public enum SnapshotPart
{
    Whole,

    Tables,

    /// <summary>Rows, as mydumper writes them: loaded by several mysql side by side.</summary>
    Rows,

    /// <summary>Rows, dumped by mysqldump, of tables that mydumper cannot dump correctly: loaded by mysql.</summary>
    OtherRows,

    Routines,

    Views,
}

/// <summary>One table of a snapshot.</summary>
/// <param name="Rows">COUNT(*) on the server, equal to the rows in the dump.</param>
/// <param name="DefinitionSha256">SHA-256 of its definition without the AUTO_INCREMENT counter; null if it could not be
/// read.</param>
public sealed record SnapshotTable(string Name, long Rows, string? DefinitionSha256)
{
    public string? Definition { get; init; }

    internal SnapshotObject Object => new(Name, DefinitionSha256) { Definition = Definition };
}

/// <summary>A view, routine, trigger, event or sequence of a snapshot.</summary>
/// <param name="DefinitionSha256">SHA-256 of its definition; null if it could not be read.</param>
public sealed record SnapshotObject(string Name, string? DefinitionSha256)
{
    public string? Definition { get; init; }
}
