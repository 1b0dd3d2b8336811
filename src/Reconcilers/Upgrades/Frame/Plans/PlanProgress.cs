using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a stored plan what was really done, or may have been. Pure.</summary>
internal static class PlanProgress
{
    /// <summary>Whether an attempt of the step was ever begun.</summary>
    public static bool Begun(PlanStep step) =>
        step.State != StepState.Pending || step.Attempt > 0 || step.StartedAt is not null;

    /// <summary>Whether any step of a plan was ever begun.</summary>
    public static bool Begun(Plan plan) => plan.Steps.Exists(Begun);

    /// <summary>Whether every step succeeded; so has a plan without steps.</summary>
    public static bool Done(Plan plan) => plan.Steps.TrueForAll(s => s.State == StepState.Succeeded);

    /// <summary>
    /// Whether a step failed, or a run-once step was lost; a step that failed because somebody changed the target does
    /// not count, nor does one that only cannot be read: it may be doing well.
    /// </summary>
    public static bool IsFailing(Plan plan) => plan.Steps.Exists(s =>
        (s.State == StepState.Failed && s.Reason != Reasons.TargetChanged) || IsOutcomeUnknown(s));

    /// <summary>Whether a look at a run-once step showed that nobody can ever tell what came of it.</summary>
    public static bool IsOutcomeUnknown(PlanStep step) =>
        step is { State: StepState.Unknown, RunOnce: true, Reason: Reasons.OutcomeUnknown };

    /// <summary>The part of a step's id behind its phase.</summary>
    public static string NameOf(PlanStep step) => step.Id[(step.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The step of an id.</summary>
    public static PlanStep? Step(this Plan plan, string id) => plan.Steps.Find(s => s.Id == id);

    /// <summary>A moment that a step recorded; null if it did not.</summary>
    public static DateTimeOffset? Fact(PlanStep step, string key) =>
        step.Recorded(key) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}
