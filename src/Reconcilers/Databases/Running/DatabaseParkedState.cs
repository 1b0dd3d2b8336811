namespace Drydock.Reconcilers.Databases;

/// <summary>The temporary state that a stopped upgrade must not leave in a database (docs/research/tidb.md#rules):
/// instances kept without leaders, by name, and changed settings, by the id of the step that changed them.</summary>
internal sealed class DatabaseParkedState(DatabaseEngineSet engines)
    : IParkedStateCleanup<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    // An administrator who is asked about leaders that stay has some time to answer: what left is not given back at
    // once.
    public DateTimeOffset? RemoveAt(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, bool isStopped)
    {
        var plans = new[] { status.Plan, status.RollbackPlan }.OfType<Plan>().ToList();
        var isAsked = status.AbortedBy is null && plans.Exists(p => p.Steps.Exists(s =>
            s is { State: StepState.Failed, Reason: Reasons.DrainTimeout } && engines.Of(spec).IsDrain(s)));
        return isStopped && !isAsked
            ? DateTimeOffset.MinValue
            : plans.Max(p => CleanedUpSteps.LastActivity(p)) + spec.Drain.LongestIdle();
    }

    public bool MayRemain(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        engines.Of(spec).IsDraining(SpecCompletion.Complete(spec, status.Inventory), status);

    public DatabaseRollingUpgradeStatus MarkRemoved(
        DatabaseRollingUpgradeSpec spec,
        DatabaseRollingUpgradeStatus status,
        IReadOnlyCollection<string> names,
        DateTimeOffset at)
    {
        return status with
        {
            Plan = CleanedUpSteps.Mark(status.Plan, IsRemoved, at),
            RollbackPlan = CleanedUpSteps.Mark(status.RollbackPlan, IsRemoved, at),
        };

        bool IsRemoved(PlanStep step) =>
            engines.Of(spec).IsDrain(step) && names.Contains(step.Node ?? step.Id, StringComparer.Ordinal);
    }
}
