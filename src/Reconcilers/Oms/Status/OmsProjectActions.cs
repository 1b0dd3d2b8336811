using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the steps about projects found for the administrator. Pure.</summary>
internal static class OmsProjectActions
{
    /// <summary>The entries of the last verdict, and of what was not resumed.</summary>
    public static IEnumerable<ActionItem> Of(Plan plan)
    {
        var notResumed = ActionFacts.Read(plan.Steps
            .Find(s => s.Id == StepIds.Resume && s.State == StepState.Succeeded)?.Recorded(ProjectVerdict.ActionsFact));

        // One entry for a project is enough: it says why the project was not resumed.
        var said = notResumed.Where(a => a.Subject.Length > 0).Select(a => a.Subject).ToHashSet(StringComparer.Ordinal);
        return notResumed.Concat((ProjectVerdict.Last(plan)?.Actions ?? []).Where(a => !said.Contains(a.Subject)));
    }

    /// <summary>Whether the project's link was watched, so that it needs no general advice.</summary>
    public static bool IsKnown(Plan plan, ProjectStatus project) =>
        ProjectStatuses.IsRunning(project.Status) && ProjectVerdict.Last(plan) is { Watched: true };
}
