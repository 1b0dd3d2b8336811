namespace Drydock.Reconcilers.Oms;

/// <summary>Adds the guards of a rollback.</summary>
internal sealed class RollbackGuards(PlanBuilder plan)
{
    public const string NewPrefix = "NewStaysStopped/";

    public void OldStaysStopped(string node, string container, string name, string until) =>
        plan.Guard(PlannedStep.Guard(
            $"OldStaysStopped/{node}", node, new ContainerStaysStopped(container, name), [], until));

    public void NewStaysStopped(string node, string container, string name, string? from, string? until) =>
        plan.Guard(NewStays(node, container, name, from, until));

    public void SnapshotExists(string snapshot, string uid, string until) =>
        plan.Guard(PlannedStep.Guard(
            nameof(SnapshotExists),
            null,
            new Oms.SnapshotExists(Snapshot: snapshot, SnapshotUid: uid),
            [],
            until));

    public void HighAvailabilityStaysOff(string database, string? from, string until) =>
        plan.Guard(PlannedStep.Guard(
            nameof(HighAvailabilityStaysOff),
            null,
            new Oms.HighAvailabilityStaysOff(database),
            From(from),
            until));

    public static PlanGuard NewStays(string node, string container, string name, string? from, string? until) =>
        PlannedStep.Guard(
            NewPrefix + node, node, new ContainerStaysStopped(container, name, IsNew: true), From(from), until);

    private static List<string> From(string? step) => step is null ? [] : [step];
}
