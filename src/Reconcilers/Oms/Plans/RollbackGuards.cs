using Drydock.Abstractions.Plans;
using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Oms;

/// <summary>Adds what must stay true while a way back runs.</summary>
internal sealed class RollbackGuards(PlanBuilder plan)
{
    public void OldStaysStopped(string node, string container, string name, string until) =>
        plan.Guard(Stays("Old", node, container, name, from: null, until));

    public void NewStaysStopped(string node, string container, string name, string? from, string? until) =>
        plan.Guard(Stays("New", node, container, name, from, until));

    public void SnapshotIsThere(string snapshot, string uid, string until) => plan.Guard(new PlanGuard
    {
        Id = OmsGuards.SnapshotIsThere,
        Check = OmsGuards.SnapshotIsThere,
        Parameters = new(StringComparer.Ordinal) { ["snapshot"] = snapshot, ["snapshotUid"] = uid },
        Until = until,
    });

    public void HighAvailabilityStaysOff(string database, string? from, string until) => plan.Guard(new PlanGuard
    {
        Id = OmsGuards.HighAvailabilityStaysOff,
        Check = OmsGuards.HighAvailabilityStaysOff,
        Parameters = new(StringComparer.Ordinal) { ["database"] = database },
        From = from is null ? [] : [from],
        Until = until,
    });

    /// <summary>A guard that one of the two containers of a node stays stopped.</summary>
    public static PlanGuard Stays(string which, string node, string container, string name, string? from, string? until) => new()
    {
        Id = $"{which}StaysStopped/{node}",
        Check = OmsGuards.ContainerStaysStopped,
        Node = node,
        Parameters = new(StringComparer.Ordinal) { ["container"] = container, ["name"] = name, ["which"] = which == "New" ? "new" : "old" },
        From = from is null ? [] : [from],
        Until = until,
    };
}
