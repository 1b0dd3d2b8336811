using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the steps about projects found for a person. Pure.</summary>
internal static class OmsProjectActions
{
    /// <summary>The entries of the last verdict, and of what was not resumed.</summary>
    public static IEnumerable<ActionItem> Of(Plan plan)
    {
        var notResumed = ActionFacts.Read(plan.Steps
            .Find(s => s.Id == StepIds.Resume && s.State == StepState.Succeeded)?.Recorded(ProjectVerdict.ActionsFact));

        // One entry for a project says enough: why it was not resumed is said there.
        var said = notResumed.Where(a => a.Subject.Length > 0).Select(a => a.Subject).ToHashSet(StringComparer.Ordinal);
        return notResumed.Concat((ProjectVerdict.Last(plan)?.Actions ?? []).Where(a => !said.Contains(a.Subject)));
    }

    /// <summary>Whether what became of a project's link was seen, so that nothing general need be said of it.</summary>
    public static bool IsKnown(Plan plan, ProjectStatus project) =>
        ProjectStatuses.IsRunning(project.Status) && ProjectVerdict.Last(plan) is { Watched: true };
}
