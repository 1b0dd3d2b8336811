namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a stored plan which steps were done, or may have been done. Pure.</summary>
internal static class PlanProgress
{
    public static bool Begun(PlanStep step) =>
        step.State != StepState.Pending || step.Attempt > 0 || step.StartedAt is not null;

    public static bool Begun(Plan plan) => plan.Steps.Exists(Begun);

    public static bool Done(Plan plan) => plan.Steps.TrueForAll(s => s.State == StepState.Succeeded);

    /// <summary>The steps that failed, and run-once steps whose outcome can never be determined. A step that failed
    /// because the target was changed from outside does not count, nor does a step that merely cannot be read: it may
    /// succeed.</summary>
    public static List<PlanStep> Failing(Plan plan) => plan.Steps.FindAll(s =>
        (s.State == StepState.Failed && s.Reason != Reasons.TargetChanged) || IsOutcomeUnknown(s));

    /// <summary>Whether an observation of a run-once step showed that its outcome can never be determined.</summary>
    public static bool IsOutcomeUnknown(PlanStep step) =>
        step is { State: StepState.Unknown, RunOnce: true, Reason: Reasons.OutcomeUnknown };

    /// <summary>The part of a step's id after its phase.</summary>
    public static string NameOf(PlanStep step) => step.Id[(step.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public static PlanStep? Step(this Plan plan, string id) => plan.Steps.Find(s => s.Id == id);

    public static DateTimeOffset? Fact(PlanStep step, string key) =>
        step.Recorded(key) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? time
            : null;
}
