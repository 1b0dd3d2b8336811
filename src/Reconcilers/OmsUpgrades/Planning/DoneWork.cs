using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Planning;

/// <summary>Reads from a stored upgrade plan what was really done, or may have been. Pure.</summary>
public static class DoneWork
{
    /// <summary>Whether an attempt of the step was ever begun.</summary>
    public static bool Begun(PlanStep step) => step.State != StepState.Pending || step.Attempt > 0 || step.StartedAt is not null;

    /// <summary>Whether any step of a plan was ever begun.</summary>
    public static bool Begun(Plan plan) => plan.Steps.Exists(Begun);

    /// <summary>Whether every step succeeded; so has a plan without steps.</summary>
    public static bool Done(Plan plan) => plan.Steps.TrueForAll(s => s.State == StepState.Succeeded);

    /// <summary>Whether the first old container was stopped, or its stop may have begun.</summary>
    public static bool IsPastT1(Plan plan) => Stops(plan).Any(Begun);

    /// <summary>Whether a new container was started, or may have been: from then on the databases may be changed.</summary>
    public static bool NewStarted(Plan plan) => plan.Steps.Exists(s => s.Action == OmsActions.StartContainer && Begun(s));

    /// <summary>Whether anything was changed that a way back would undo.</summary>
    public static bool Changed(Plan plan) => plan.Steps.Exists(s => Begun(s) && s.Action switch
    {
        OmsActions.PrepareImage => s.Parameters.GetValueOrDefault("source") != "Present",
        OmsActions.CreateContainer or OmsActions.DisableHighAvailability or OmsActions.StopContainer or OmsActions.RenameProjects => true,
        _ => false,
    });

    /// <summary>
    /// Whether a step failed, or a run-once step was lost; a step that failed because somebody changed the target does not count, nor does one that
    /// only cannot be read: it may be doing well.
    /// </summary>
    public static bool IsFailing(Plan plan) => plan.Steps.Exists(s =>
        (s.State == StepState.Failed && s.Reason != Crds.Common.Reasons.TargetChanged) || IsLost(s));

    /// <summary>Whether a look at a run-once step showed that nobody can ever tell what came of it.</summary>
    public static bool IsLost(PlanStep step) => step is { State: StepState.Unknown, RunOnce: true, Reason: Crds.Common.Reasons.OutcomeUnknown };

    /// <summary>T1: when the first old container stopped, as the containers report it; otherwise when the first stop began; null before that.</summary>
    public static DateTimeOffset? StoppedAt(Plan plan)
    {
        var times = Stops(plan).Select(s => Fact(s, StopContainer.FinishedAtFact) ?? (Begun(s) ? s.StartedAt : null)).OfType<DateTimeOffset>().ToList();
        return times.Count == 0 ? null : times.Min();
    }

    /// <summary>The steps that stop old containers: one a node.</summary>
    public static IEnumerable<PlanStep> Stops(Plan plan) => plan.Steps.Where(s => s.Action == OmsActions.StopContainer && s.Phase == OmsUpgradePhases.StopOld);

    /// <summary>The part of a step's id behind its phase.</summary>
    public static string NameOf(PlanStep step) => step.Id[(step.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The step of an id.</summary>
    public static PlanStep? Step(this Plan plan, string id) => plan.Steps.Find(s => s.Id == id);

    /// <summary>A moment that a step recorded; null if it did not.</summary>
    public static DateTimeOffset? Fact(PlanStep step, string key) =>
        step.Receipt?.GetValueOrDefault(key) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}
