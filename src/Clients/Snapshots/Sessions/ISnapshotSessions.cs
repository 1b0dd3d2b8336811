namespace Drydock.Clients.Snapshots;

/// <summary>Finds and ends the server sessions left by a dump or load whose process died.</summary>
/// <remarks>Needs no privilege beyond the user's own: the process list shows the user's own sessions, and KILL ends
/// them. A dump's session is found by the record the snapshotter wrote into the storage (connection id and source
/// address must both fit) and by the marker in the statement it runs; a load's session by a named lock it holds as
/// well.</remarks>
public interface ISnapshotSessions
{
    Task<IReadOnlyList<SnapshotSession>> FindAsync(
        SnapshotLocation location, MySqlOptions connection, CancellationToken cancellationToken);

    /// <summary>Ends the load sessions of one database of this snapshot, not those of its other databases.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SessionRemains"/> after 30 seconds.</exception>
    Task<IReadOnlyList<SnapshotSession>> EndAsync(
        SnapshotLocation location,
        MySqlOptions connection,
        string database,
        CancellationToken cancellationToken);

    /// <summary>Ends all of them and waits until the server no longer lists them. Returns those that were
    /// ended.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SessionRemains"/> after 30 seconds.</exception>
    Task<IReadOnlyList<SnapshotSession>> EndAsync(
        SnapshotLocation location, MySqlOptions connection, CancellationToken cancellationToken);
}
