namespace Drydock.Clients.Snapshots;

/// <summary>A server session that belongs to a dump or a load.</summary>
/// <param name="SnapshotId">Of which snapshot.</param>
/// <param name="Database">Which database it dumps or loads; empty for a session that was found by its marker
/// alone.</param>
/// <param name="ConnectionId">CONNECTION_ID() on the server.</param>
/// <param name="Host">Where the server sees it come from, as in the process list.</param>
/// <param name="ServerKey">Which server (<c>MySqlServerIdentity.Key</c>).</param>
public sealed record SnapshotSession(
    string SnapshotId, string Database, ulong ConnectionId, string Host, string ServerKey);
