using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a stored plan which steps were done, or may have been done. Pure.</summary>
internal static class PlanProgress
{
    public static bool Begun(PlanStep step) => step.HasEverBegun();

    public static bool Begun(Plan plan) => plan.Steps.Exists(Begun);

    public static bool Done(Plan plan) => plan.Steps.TrueForAll(s => s.State == StepState.Succeeded);

    /// <summary>The steps that failed, and run-once steps whose outcome can never be determined. A step that failed
    /// because the target was changed from outside, or has gone further than the status, does not count, nor does a
    /// step that merely cannot be read: it may succeed.</summary>
    public static List<PlanStep> Failing(Plan plan) => plan.Steps.FindAll(s =>
        (s.State == StepState.Failed && s.Reason is not (Reasons.TargetChanged or Reasons.StatusOutdated))
        || IsOutcomeUnknown(s));

    /// <summary>Whether an observation of a run-once step showed that its outcome can never be determined.</summary>
    public static bool IsOutcomeUnknown(PlanStep step) =>
        step is { State: StepState.Unknown, RunOnce: true, Reason: Reasons.OutcomeUnknown };

    /// <summary>Number and id, as names have them: <c>3-k7f2m9x1</c>.</summary>
    public static string Tag(this Plan plan) => $"{plan.Number}-{plan.Id}";

    /// <summary>The part of a step's id after its phase.</summary>
    public static string NameOf(PlanStep step) => step.Id[(step.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public static PlanStep? Step(this Plan plan, string id) => plan.Steps.Find(s => s.Id == id);

    public static DateTimeOffset? Fact(PlanStep step, string key) =>
        step.Recorded(key) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? time
            : null;

    /// <summary>The history of a plan that was left for its rollback for good: the actions, their targets, times and
    /// results. Other details are no longer needed, and for a large database both plans would not fit into one object.
    /// The hash stays that of the plan as it was approved.</summary>
    public static Plan HistoryOf(Plan plan) => plan with
    {
        Steps =
            [.. plan.Steps.Select(s => s with { Title = "", After = [], Timeout = "", MaxAttempts = 0, Tries = 0 })],
    };
}

/// <summary>Reads from a status how far a run is with its plans. Pure.</summary>
internal static class RunPlans
{
    public static bool IsUpgraded(this RunStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan
            && PlanProgress.Done(plan)
            && (status.RollbackPlan is null
                    || !(PlanProgress.Begun(status.RollbackPlan) || PlanProgress.Done(status.RollbackPlan)));

    public static bool IsRolledBack(this RunStatus status) =>
        status.RollbackPlan is { } plan && PlanProgress.Done(plan);
}

/// <summary>Finds the plans in a status of one kind. Pure.</summary>
internal sealed class PlanSlots(IRunCleanup? cleanup)
{
    public PlanSlot Active(RunStatus status) =>
        cleanup?.PlanOf(status) is { } removal && !PlanProgress.Done(removal) ? PlanSlot.Cleanup
        : status.RollbackPlan is not null ? PlanSlot.Rollback
        : PlanSlot.Upgrade;

    /// <summary>The plan that a retry is for. Without one, what stands for it: the retry is then bound to the abort, if
    /// there was one, and to the retries before it.</summary>
    public Plan Retried(RunStatus status)
    {
        if (Of(status, Active(status)) is { } plan)
        {
            return plan;
        }

        var none = PlanHash.Compute([], [], [status.AbortedBy ?? ""]);
        var used = status.UsedTokens.Select(u => Word.Parse(u.Token)).Where(word => word?.IsOf(none) == true);
        return new Plan { Hash = none, Number = 1 + (used.Max(word => word?.Number) ?? 0) };
    }

    public Plan? Of(RunStatus status, PlanSlot slot) => slot switch
    {
        PlanSlot.Upgrade => status.Plan,
        PlanSlot.Rollback => status.RollbackPlan,
        _ => cleanup?.PlanOf(status),
    };

    public IEnumerable<Plan> All(RunStatus status) =>
        Enum.GetValues<PlanSlot>().Select(slot => Of(status, slot)).OfType<Plan>();

    public RunStatus With(RunStatus status, PlanSlot slot, Plan? plan) => slot switch
    {
        PlanSlot.Upgrade => status with { Plan = plan },
        PlanSlot.Rollback => status with { RollbackPlan = plan },
        _ => cleanup?.WithPlan(status, plan) ?? status,
    };
}

internal enum PlanSlot
{
    Upgrade,

    Rollback,

    /// <summary>The removal, after success, of the items that the rollback would need; not every kind has it.</summary>
    Cleanup,
}
