using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Loads one database of a snapshot back.</summary>
public interface ISnapshotLoader
{
    /// <summary>
    /// Looks whether <see cref="LoadAsync"/> can succeed, without changing anything: the stored dump verifies and the server takes its longest statement.
    /// To be asked before anything is dropped.
    /// </summary>
    /// <returns>What stands against it, empty when nothing does.</returns>
    Task<IReadOnlyList<SnapshotFinding>> CheckAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Verifies manifest and file first, refuses a target that is not empty, ends sessions that an earlier load left, loads, and compares catalogue and row counts.
    /// </summary>
    /// <exception cref="SnapshotException">Anything that keeps the target from being equal to the snapshot.</exception>
    Task LoadAsync(SnapshotLoadRequest request, CancellationToken cancellationToken);

    /// <summary>Drops the database (if there) and creates it with the recorded charset and collation. Destroys what is in it: the caller decides.</summary>
    Task RecreateAsync(MySqlConnection connection, SnapshotDatabase database, string target, CancellationToken cancellationToken);

    /// <summary>Compares a database on the server with what the manifest recorded: charset, collation, all objects and row counts.</summary>
    /// <returns>What differs, empty when equal.</returns>
    Task<IReadOnlyList<SnapshotFinding>> CompareAsync(MySqlConnection connection, SnapshotDatabase database, string target, CancellationToken cancellationToken);
}
