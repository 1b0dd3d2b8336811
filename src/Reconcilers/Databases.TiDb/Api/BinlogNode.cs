namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A pump or drainer as it is registered (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="NodeId">Its id.</param>
/// <param name="Address">HOST:PORT.</param>
/// <param name="State">online, pausing, paused, closing, offline. A killed one is left at "online".</param>
internal sealed record BinlogNode(string NodeId, string Address, string State)
{
    public bool IsOnline => State == "online";

    public bool IsOffline => State == "offline";
}

/// <summary>GET /status of a drainer (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="IsSynced">Whether everything it has read is downstream.</param>
/// <param name="LastTs">The last commit it has carried over, a TSO: unsigned 64 bits.</param>
internal sealed record DrainerStatus(bool IsSynced, ulong LastTs);
