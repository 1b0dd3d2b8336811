namespace Drydock.Reconcilers.Databases;

/// <summary>The temporary state that a stopped upgrade must not leave in a database
/// (docs/project/research/tidb.md#rules): instances kept without leaders, by name, and changed settings, by the id of
/// the step that changed them.</summary>
internal sealed class DatabaseParkedState(DatabaseEngineSet engines) : IParkedStateCleanup
{
    // An administrator who is asked about leaders that stay has some time to answer: what left is not given back at
    // once.
    public DateTimeOffset? RemoveAt(RunSpec spec, RunStatus status, bool isStopped)
    {
        var database = (DatabaseRollingUpgradeSpec)spec;
        var plans = new[] { status.Plan, status.RollbackPlan }.OfType<PlanProgress>().ToList();
        var isAsked = status.AbortedBy is null && plans.Exists(p => p.Steps.Exists(s =>
            s is { State: StepState.Failed, Reason: Reasons.DrainTimeout } && engines.Of(database).Steps.Of(s).Drains));
        return isStopped && !isAsked
            ? DateTimeOffset.MinValue
            : plans.Max(p => CleanedUpSteps.LastActivity(p)) + database.Drain.LongestIdle();
    }

    public bool MayRemain(RunSpec spec, RunStatus status)
    {
        var database = (DatabaseRollingUpgradeStatus)status;
        var complete = DatabaseSpecCompletion.Complete((DatabaseRollingUpgradeSpec)spec, database.Inventory);
        return engines.Of(complete).IsDraining(complete, database);
    }

    public RunStatus MarkRemoved(RunSpec spec, RunStatus status, IReadOnlyCollection<string> names, DateTimeOffset at)
    {
        var steps = engines.Of((DatabaseRollingUpgradeSpec)spec).Steps;
        return status with
        {
            Plan = CleanedUpSteps.Mark(status.Plan, IsRemoved, at),
            RollbackPlan = CleanedUpSteps.Mark(status.RollbackPlan, IsRemoved, at),
        };

        bool IsRemoved(Step step) =>
            steps.Of(step).Drains && names.Contains(step.Node ?? step.Id, StringComparer.Ordinal);
    }
}

/// <summary>Marks steps whose temporary change (a scheduler, a blacklist entry, a schedule limit) was removed while the
/// run was stopped or waited. A step that had made its change completely makes it again when the run continues; the
/// engine does not start it while the steps that come next are held. A later step of the same instance may make the
/// change as well, so a mark counts only until such a step begins. Pure.</summary>
internal static class CleanedUpSteps
{
    /// <summary>Returns the plan with the marks.</summary>
    public static PlanProgress? Mark(PlanProgress? plan, Func<Step, bool> made, DateTimeOffset at) =>
        plan?.With(plan.Steps.Where(s => s.Attempt > 0 && made(s)).Select(
            s => s with { Record = Marked(plan, s) with { CleanedUpAt = at } }));

    public static bool Is(PlanProgress plan, Step made) =>
        made.Record.CleanedUpAt is { } at
        && !plan.Steps.Exists(s => s.Phase == made.Phase && s.Node == made.Node && s.Record.CountsFrom > at);

    public static DateTimeOffset? LastActivity(PlanProgress plan) => plan.Steps
        .SelectMany(s => new[] { s.Record.CountsFrom, s.FinishedAt })
        .Max();

    // Once a later step of the instance has succeeded, the change has served its purpose.
    private static StepRecord Marked(PlanProgress plan, Step step)
    {
        var own = plan.Steps.Where(s => s.Phase == step.Phase && s.Node == step.Node).ToList();
        var hasServed = own.SkipWhile(s => s.Id != step.Id).Skip(1).Any(s => s.State == StepState.Succeeded);
        return step.State != StepState.Succeeded || hasServed ? step.Record : step.Record with
        {
            State = StepState.Pending,
            Tries = 0,
            StartedAt = null,
            FinishedAt = null,
            Message = "Undone while the upgrade waited. Done again when the upgrade continues.",
        };
    }
}
