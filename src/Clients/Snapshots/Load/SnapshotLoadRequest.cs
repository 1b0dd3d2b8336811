namespace Drydock.Clients.Snapshots;

/// <summary>Which snapshot to load, and on which server.</summary>
public abstract record LoadRequest
{
    public required SnapshotLocation Location { get; init; }

    /// <summary>How to reach the server; its <c>Database</c> is not used.</summary>
    public required MySqlOptions Connection { get; init; }

    /// <summary>Clients that load the files of rows side by side; no effect for a snapshot taken by mysqldump. Default
    /// 4, at most 64.</summary>
    public int Threads { get; init; } = 4;

    public string? Identity { get; init; }

    public IProgress<SnapshotProgress>? Progress { get; init; }

    public Func<SnapshotSession, CancellationToken, Task>? OnSession { get; init; }
}

/// <summary>A snapshot to load for a test. The user needs all privileges on <see cref="ScratchDatabases"/>.</summary>
public sealed record RestoreTestRequest : LoadRequest
{
    public const string ScratchDatabases = @"drydock\_verify\_%";

    /// <summary>Of a dump that is no snapshot; null: the stored one.</summary>
    public SnapshotManifest? Manifest { get; init; }

    /// <summary>What the loaded tables must have, by <c>database.table</c>
    /// (<see cref="SnapshotLoader.ReadChecksumsAsync"/>); others are not compared.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public override string ToString() => $"{Location.Prefix} on {Connection.Describe()}";
}

/// <summary>The database of a snapshot to restore, and its target.</summary>
public sealed record SnapshotLoadRequest : LoadRequest
{
    public required string Database { get; init; }

    /// <summary>The database to load into. Default: the same name.</summary>
    public string? Target { get; init; }

    /// <summary><see cref="SnapshotLoader.CheckAsync"/> has just been called without findings: the files are not
    /// verified again before the load. Their checksums are compared during the load in any case.</summary>
    public bool AlreadyChecked { get; init; }

    /// <summary>Awaited by <see cref="SnapshotLoader.RestoreAsync"/> when the lock is held and before the drop, to be
    /// stored in a receipt; an exception here leaves the database unchanged.</summary>
    public Func<SnapshotDrop, CancellationToken, Task>? OnDrop { get; init; }

    public Action<SnapshotFinding>? OnWarning { get; init; }

    /// <summary>Left in the database by <see cref="SnapshotLoader.RestoreAsync"/>, in the session that drops: Begun
    /// after the database was created, Restored after the comparison. Null leaves nothing.</summary>
    public RestoreWitness? Witness { get; init; }

    public override string ToString() =>
        $"{Location.Prefix}: {Database} to {Target ?? Database} on {Connection.Describe()}";
}

/// <summary>A database is about to be dropped and created again.</summary>
/// <param name="Existed">It exists, so there is something to drop.</param>
/// <param name="Tables">Base tables in it.</param>
/// <param name="IsEmpty">It has no object, or does not exist: the drop loses nothing.</param>
/// <param name="Witnesses">What restores left in it.</param>
/// <param name="Server"><see cref="MySqlServerIdentity.Identity"/> of the session that drops.</param>
public sealed record SnapshotDrop(
    string Database, bool Existed, int Tables, bool IsEmpty, IReadOnlyList<RestoreWitness> Witnesses, string Server);
