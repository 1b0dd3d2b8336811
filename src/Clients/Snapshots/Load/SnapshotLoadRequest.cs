using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Which database of which snapshot to load where.</summary>
public sealed record SnapshotLoadRequest
{
    /// <summary>The snapshot.</summary>
    public required SnapshotLocation Location { get; init; }

    /// <summary>How to reach the server; its <c>Database</c> is not used.</summary>
    public required MySqlConnectionStringBuilder Connection { get; init; }

    /// <summary>The database in the snapshot.</summary>
    public required string Database { get; init; }

    /// <summary>The database to load into. Default: the same name.</summary>
    public string? Target { get; init; }

    /// <summary>Threads of myloader; of no effect for a snapshot by mysqldump. Default 4, at most 64.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>
    /// The age identity that opens an encrypted snapshot, the text of its file: a secret. Null for a plain one.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>
    /// <see cref="ISnapshotLoader.CheckAsync"/> was asked just now and found nothing: the files are not read through
    /// once more before the load. Their checksums are compared while loading in any case.
    /// </summary>
    public bool AlreadyChecked { get; init; }

    /// <summary>
    /// Given to checks and to the loads after them: rows that a check reads for myloader stay in the scratch directory
    /// for the load, of one database at a time (the first) and if there is room. Null: a check writes nothing, and
    /// every load fetches its rows.
    /// </summary>
    public SnapshotStaging? Staging { get; init; }

    /// <summary>Told about bytes and stages.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }

    /// <summary>Told about each server session before it loads anything, to be kept in a receipt.</summary>
    public Func<SnapshotSession, CancellationToken, Task>? OnSession { get; init; }

    /// <summary>
    /// Awaited by <see cref="ISnapshotLoader.RestoreAsync"/> when the lock is held and before the drop, to be kept in a
    /// receipt; throwing here leaves the database as it is.
    /// </summary>
    public Func<SnapshotDrop, CancellationToken, Task>? OnDrop { get; init; }

    /// <summary>Names what is loaded, without any secret.</summary>
    public override string ToString() =>
        $"{Location.Prefix}: {Database} to {Target ?? Database} on {Connection.Describe()}";
}
