namespace Drydock.Reconcilers.Oms;

/// <summary>What the metadata database said of a host in preflight (docs/research/oms.md#hosts). Verify and a rollback
/// compare with this.</summary>
/// <param name="Address">The host's address.</param>
/// <param name="Online">Whether it was ONLINE; if not, its status is not waited for.</param>
/// <param name="Beats">Whether its heartbeat was renewed; if not, it is not waited for.</param>
/// <param name="UsualAge">Age of a heartbeat that was just written, by the clock of the database, in seconds: not 0
/// where OMS writes it in another time zone or by another clock. May be negative.</param>
/// <param name="Limit">How much older than that a heartbeat may be, in seconds.</param>
internal sealed record HostBaseline(
    string Address, bool Online = true, bool Beats = true, int UsualAge = 0, int Limit = HostBaseline.ShortestLimit)
{
    /// <summary>The least that a heartbeat may be old, in seconds: a third of the 540 s after which OMS itself counts a
    /// host as down.</summary>
    public const int ShortestLimit = 180;

    internal bool IsUsual => this == new HostBaseline(Address);
}
