namespace Drydock.Clients.Snapshots;

/// <summary>A database is about to be dropped and made anew.</summary>
/// <param name="Database">The database on the server.</param>
/// <param name="Existed">It exists, so there is something to drop.</param>
/// <param name="Tables">Base tables in it.</param>
/// <param name="LockName">The named lock (GET_LOCK) that the session holds; null where the server has none (some
/// versions of OceanBase).</param>
/// <param name="Session">The session that will drop it. A lost session is not replaced: with it the lock and the right
/// to drop are gone.</param>
public sealed record SnapshotDrop(string Database, bool Existed, int Tables, string? LockName, SnapshotSession Session);
