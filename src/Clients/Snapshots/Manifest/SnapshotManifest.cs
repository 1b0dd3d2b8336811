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

    public required IReadOnlyList<SnapshotDatabase> Databases { get; init; }

    public long StoredBytes => Databases.Sum(static d => d.File.StoredBytes);

    /// <summary>Bytes of SQL, all files.</summary>
    public long RawBytes => Databases.Sum(static d => d.File.RawBytes);
}

/// <summary>A server as it described itself.</summary>
/// <param name="Key">Its uuid, or host and port as it reports them.</param>
/// <param name="Kind">MySql, MariaDb or OceanBase.</param>
/// <param name="Version">Its version text.</param>
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

    /// <summary>What the dump left out, as the end of a sentence; null if nothing.</summary>
    [JsonIgnore]
    public string? Omission => Consistency?.IndexOf(WithoutHistory, StringComparison.Ordinal) is >= 0 and var at
        ? Consistency[at..]
        : null;

    internal bool IsOfMariaDb => Version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The object that a snapshot was taken for.</summary>
/// <param name="Namespace">Its namespace: the snapshot can be restored only there.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
public sealed record SnapshotOwner(string Namespace, string Name, string Uid);

/// <summary>How the files of a snapshot are encrypted.</summary>
/// <param name="Format"><c>age</c> (age-encryption.org/v1).</param>
/// <param name="Recipients">Public keys; the identity of any of them decrypts the files.</param>
public sealed record SnapshotEncryption(string Format, IReadOnlyList<string> Recipients)
{
    public const string Age = "age";
}
