using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Loads one database of a snapshot back.</summary>
public interface ISnapshotLoader
{
    /// <summary>
    /// Looks whether <see cref="LoadAsync"/> can succeed, without changing anything: the stored files verify (and open
    /// with the identity), the server takes the longest statement and can be written to. To be asked before anything is
    /// dropped. Rows stay for the load with <see cref="SnapshotLoadRequest.Staging"/>.
    /// </summary>
    /// <returns>What stands against it, empty when nothing does.</returns>
    /// <exception cref="SnapshotException">No such snapshot or database, a tool or the identity is missing.</exception>
    Task<IReadOnlyList<SnapshotFinding>> CheckAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Puts the database back as the snapshot has it, whatever is there now: checks (<see cref="CheckAsync"/>), takes a
    /// named lock, ends sessions that an earlier attempt left, tells <see cref="SnapshotLoadRequest.OnDrop"/>, drops
    /// and creates the database in the session that holds the lock, loads and compares. May be repeated after any
    /// failure: what an attempt left half loaded is dropped by the next.
    /// </summary>
    /// <exception cref="SnapshotException"> Anything that keeps the target from being equal to the snapshot.
    /// <see cref="SnapshotFailure.ReadOnlyServer"/>, <see cref="SnapshotFailure.Busy"/> and everything the check finds
    /// are thrown before the drop.
    /// </exception>
    Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Verifies manifest and files first, refuses a target that is not empty, ends sessions that an earlier load left,
    /// loads, and compares catalogue and row counts.
    /// </summary>
    /// <exception cref="SnapshotException">Anything that keeps the target from being equal to the snapshot.</exception>
    Task LoadAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Drops the database (if there) and creates it with the recorded charset and collation. Destroys what is in it:
    /// the caller decides.
    /// </summary>
    Task RecreateAsync(MySqlConnection connection, SnapshotDatabase database, string target, CancellationToken cancellationToken);

    /// <summary>
    /// Compares a database on the server with what the manifest recorded: charset, collation, all objects and row
    /// counts.
    /// </summary>
    /// <returns>What differs, empty when equal.</returns>
    Task<IReadOnlyList<SnapshotFinding>> CompareAsync(MySqlConnection connection, SnapshotDatabase database, string target, CancellationToken cancellationToken);

    /// <summary>
    /// Loads every database of the snapshot, one after another, into the scratch database <c>drydock_verify_…</c> of
    /// the server, compares and drops it, on every exit and what an earlier attempt left. Changes nothing else on the
    /// server.
    /// </summary>
    /// <returns>The manifest and what was not as it says.</returns>
    /// <exception cref="SnapshotException"> <see cref="SnapshotFailure.AlreadyExists"/>: a database of that name is
    /// there which no test made; <see cref="SnapshotFailure.Busy"/>: another test of this snapshot runs; others that
    /// say nothing about the snapshot (server, storage, tools).
    /// </exception>
    Task<SnapshotVerification> RestoreTestAsync(RestoreTestRequest request, CancellationToken cancellationToken);
}
