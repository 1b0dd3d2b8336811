using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Reads from a stored upgrade plan what was really done to OMS, or may have been. Pure.</summary>
internal static class OmsPlanProgress
{
    /// <summary>Whether the first old container was stopped, or its stop may have begun.</summary>
    public static bool IsPastT1(Plan plan) => Stops(plan).Any(PlanProgress.Begun);

    /// <summary>
    /// Whether a new container was started, or may have been: from then on the databases may be changed.
    /// </summary>
    public static bool NewStarted(Plan plan) =>
        plan.Steps.Exists(s => s.Action == OmsActions.StartContainer && PlanProgress.Begun(s));

    /// <summary>Whether anything was changed that a way back would undo.</summary>
    public static bool Changed(Plan plan) => plan.Steps.Exists(s => PlanProgress.Begun(s) && s.Action switch
    {
        OmsActions.PrepareImage => s.Parameters.GetValueOrDefault("source") != "Present",
        OmsActions.CreateContainer or OmsActions.DisableHighAvailability or OmsActions.StopContainer or OmsActions.RenameProjects => true,
        _ => false,
    });

    /// <summary>
    /// T1: when the first old container stopped, as the containers report it; otherwise when the first stop began; null
    /// before that.
    /// </summary>
    public static DateTimeOffset? StoppedAt(Plan plan)
    {
        var times = Stops(plan).Select(s => PlanProgress.Fact(s, StopContainer.FinishedAtFact) ?? (PlanProgress.Begun(s) ? s.StartedAt : null)).OfType<DateTimeOffset>().ToList();
        return times.Count == 0 ? null : times.Min();
    }

    /// <summary>The steps that stop old containers: one a node.</summary>
    public static IEnumerable<PlanStep> Stops(Plan plan) =>
        plan.Steps.Where(s => s.Action == OmsActions.StopContainer && s.Phase == OmsUpgradePhases.StopOld);
}
