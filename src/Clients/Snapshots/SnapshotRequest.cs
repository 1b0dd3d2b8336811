namespace Drydock.Clients.Snapshots;

/// <summary>What to dump and where to.</summary>
public sealed record SnapshotRequest
{
    /// <summary>The target and id. The same id continues or repeats an interrupted attempt.</summary>
    public required SnapshotLocation Location { get; init; }

    /// <summary>How to reach the server; its <c>Database</c> is not used.</summary>
    public required MySqlOptions Connection { get; init; }

    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>How many databases are dumped in parallel. Default 4.</summary>
    public int Parallelism { get; init; } = 4;

    public DumpToolKind Tool { get; init; }

    /// <summary>Threads of mydumper for one database; of no effect with mysqldump. Default 4, at most 64.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>age recipients (<c>age1…</c>, <c>ssh-ed25519 …</c>, <c>ssh-rsa …</c>), public. Everything but the
    /// manifest is encrypted to all of them; empty: stored plain.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>The BackupSnapshot it is taken for; null: none.</summary>
    public SnapshotOwner? Owner { get; init; }

    /// <summary>Which series it belongs to, for retention; null: none.</summary>
    public string? Series { get; init; }

    /// <summary>Accepted questions, by their words or failures (<see cref="DumpQuestion.IsIn"/>).</summary>
    public IReadOnlyList<string> Acknowledged { get; init; } = [];

    /// <summary>Dump the definitions alone, for a test: the files are stored, and no manifest names them.</summary>
    public bool Definitions { get; init; }

    /// <summary>Receives bytes and stages, from any thread, at most once per MiB and database.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }
}

/// <summary>The tools that dump and load a database.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DumpToolKind>))]
public enum DumpToolKind
{
    MySqlDump,

    /// <summary><c>mydumper</c> for the rows, many files in parallel, which several <c>mysql</c> load; everything but
    /// rows comes from <c>mysqldump</c>.</summary>
    MyDumper,
}

/// <summary>The progress of one database of a snapshot.</summary>
/// <param name="RawBytes">Bytes of SQL so far in this stage.</param>
/// <param name="StoredBytes">Bytes as they are stored, compressed and possibly encrypted, so far in this stage.</param>
/// <param name="BytesPerSecond">SQL bytes per second over the last five seconds; 0 if unknown.</param>
public sealed record SnapshotProgress(
    string Database, SnapshotStage Stage, long RawBytes, long StoredBytes, double BytesPerSecond = 0)
{
    /// <summary>As a text: <c>Dumping 1.5 GiB, 48.2 MiB/s</c>.</summary>
    public string Describe() =>
        BytesPerSecond >= 1
            ? $"{Stage} {ByteSize.Format(RawBytes)}, {ByteSize.Format(BytesPerSecond)}/s"
            : $"{Stage} {ByteSize.Format(RawBytes)}";
}

/// <summary>Stages of a database in a snapshot or a load.</summary>
public enum SnapshotStage
{
    Dumping,
    Verifying,
    Published,
    Loading,
    Comparing,
    Loaded,
}
