using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Compares the projects there are with those recorded before the upgrade: it leaves their status unchanged
/// (docs/research/oms.md#after-the-upgrade). Pure.
/// </summary>
internal static class ProjectComparison
{
    /// <summary>What differs, one entry for each project; empty when everything is as it was.</summary>
    /// <param name="before">As recorded.</param>
    /// <param name="present">The projects there are now.</param>
    /// <param name="renamed">Projects that got another name since.</param>
    public static IReadOnlyList<ActionItem> Differences(
        ProjectsStatus before, IReadOnlyList<OmsProject> present, IReadOnlyList<RenamedProject> renamed)
    {
        var match = new ProjectMatch(present, renamed);
        return [.. before.Items.Select(recorded => Difference(recorded, match.Find(recorded))).OfType<ActionItem>()];
    }

    /// <summary>The subject of entries about a project.</summary>
    public static string Subject(ProjectStatus project)
    {
        return SchemaLimits.Clip($"{project.Name} ({project.Id})", SchemaLimits.Name);
    }

    /// <summary>How entries about a project begin.</summary>
    public static string Title(ProjectStatus project)
    {
        return $"{project.Kind} project {project.Name}";
    }

    private static ActionItem? Difference(ProjectStatus recorded, OmsProject? now)
    {
        var what = now switch
        {
            null =>
                ProjectStatuses.MayBeGone(recorded.Status)
                    ? null
                    : $"was {recorded.Status} before the upgrade and is not found now. Look for it in the console.",
            _ when ProjectStatuses.IsAsBefore(recorded.Status, now.Status) => null,
            _ => $"was {recorded.Status} before the upgrade and is {now.Status} now. Check it in the console.",
        };
        return what is null
            ? null
            : new ActionItem
            {
                Reason = Reasons.ReviewProject,
                Subject = Subject(recorded),
                Message = $"{Title(recorded)} {what}",
            };
    }
}
