namespace Drydock.Clients.Snapshots;

/// <summary>Restores one database of a snapshot.</summary>
public interface ISnapshotLoader
{
    /// <summary>Checks whether <see cref="LoadAsync"/> can succeed, without changing anything: the stored files verify
    /// (and decrypt with the identity), the server accepts the longest statement and is writable. Must be called before
    /// anything is dropped.</summary>
    /// <returns>The problems; empty if there are none.</returns>
    /// <exception cref="SnapshotException">The snapshot or database does not exist, or a tool or the identity is
    /// missing.</exception>
    Task<IReadOnlyList<SnapshotFinding>> CheckAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>Restores the database as it is in the snapshot, whatever it contains now: checks
    /// (<see cref="CheckAsync"/>), takes a named lock, ends sessions of an earlier attempt, calls
    /// <see cref="SnapshotLoadRequest.OnDrop"/>, drops and creates the database in the session that holds the lock,
    /// loads and compares. May be repeated after any failure: the next attempt drops a partly loaded
    /// database.</summary>
    /// <exception cref="SnapshotException">The target is not equal to the snapshot.
    /// <see cref="SnapshotFailure.ReadOnlyServer"/>, <see cref="SnapshotFailure.Busy"/> and all findings of the check
    /// are thrown before the drop.</exception>
    Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>Verifies manifest and files first, refuses a target that is not empty, ends sessions of an earlier
    /// load, loads, and compares catalogue and row counts.</summary>
    /// <exception cref="SnapshotException">The target is not equal to the snapshot.</exception>
    Task LoadAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    Task RecreateAsync(
        MySqlSession session, SnapshotDatabase database, string target, CancellationToken cancellationToken);

    /// <summary>Compares a database on the server with what the manifest recorded: charset, collation, all objects and
    /// row counts.</summary>
    /// <returns>What differs, empty when equal.</returns>
    Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        MySqlSession session, SnapshotDatabase database, string target, CancellationToken cancellationToken);

    /// <summary>Loads every database of the snapshot, one after another, into the scratch database
    /// <c>drydock_verify_…</c> of the server, compares it and drops it, on every exit, including one left by an earlier
    /// attempt. Changes nothing else on the server.</summary>
    /// <returns>The manifest and the differences.</returns>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.AlreadyExists"/>: a database of that name exists
    /// that no test created; <see cref="SnapshotFailure.Busy"/>: another test of this snapshot runs; other failures,
    /// which do not concern the snapshot (server, storage, tools).</exception>
    Task<SnapshotVerification> RestoreTestAsync(RestoreTestRequest request, CancellationToken cancellationToken);
}
