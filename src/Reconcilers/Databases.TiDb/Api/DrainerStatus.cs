namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /status of a drainer (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="IsSynced">Whether everything it has read is downstream.</param>
/// <param name="LastTs">The last commit it has carried over, a TSO: unsigned 64 bits.</param>
internal sealed record DrainerStatus(bool IsSynced, ulong LastTs);
