using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What the administrator has to do after a rollback (Full-Import never resumes automatically;
/// docs/research/oms.md#rollback). Pure.
/// </summary>
internal static class RollbackActionList
{
    public static List<ActionItem> Compile(OmsUpgradeSpec spec, OmsUpgradeStatus status)
    {
        if (status.RollbackPlan is not { } back || back.Step(RollbackIds.Actions) is null)
        {
            return [];
        }

        var plan = status.Plan!;
        var highAvailabilityOn = back.Step(RollbackIds.RestoreHA) is not null;
        var projects = status.Projects?.Items ?? [];
        List<ActionItem> actions =
            [.. projects.Select(p => Project(p, highAvailabilityOn)).OfType<ActionItem>()];
        if (!highAvailabilityOn)
        {
            actions.Add(new ActionItem
            {
                Reason = Reasons.HighAvailabilityOff,
                Message = "High availability is off, as it was before the upgrade. "
                    + "Stores and writers of running projects stay abnormal until you start them in the console.",
            });
        }

        actions.AddRange(OmsPlanProgress.Stops(plan).Select(s => NewContainer(plan, s.Node!)));
        if (SecondSnapshot(status, back) is { } snapshot)
        {
            actions.Add(snapshot);
        }

        return [.. actions.Take(SchemaLimits.Findings)];
    }

    private static ActionItem NewContainer(Plan plan, string node) => new()
    {
        Reason = Reasons.RemoveNewContainers,
        Subject = node,
        Message = $"The new container {OmsPlanProgress.NewName(plan, node)} is stopped and kept. "
            + "Remove it when you no longer need to inspect it; "
            + "another attempt of this object removes it automatically.",
    };

    private static ActionItem? SecondSnapshot(OmsUpgradeStatus status, Plan back)
    {
        if (status.RollbackSnapshotRef is { } second)
        {
            return new ActionItem
            {
                Reason = Reasons.ReviewSnapshot,
                Subject = second.Name,
                Message = $"BackupSnapshot {second.Name} holds the data of the databases before they were dropped. "
                    + "Delete it when you no longer need it.",
            };
        }

        var step = back.Step(RollbackIds.Snapshot);
        return step?.Recorded(TakeSnapshot.NotTakenFact) is null
            ? null
            : new ActionItem
            {
                Reason = Reasons.ReviewSnapshot,
                Message = "The data that the failed upgrade left in the databases could not be dumped before they were "
                    + $"dropped. {step.Message}",
            };
    }

    private static ActionItem? Project(ProjectStatus project, bool highAvailabilityOn)
    {
        var what = project.Status.ToUpperInvariant() switch
        {
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" when highAvailabilityOn =>
                "ran before the upgrade. High availability recreates its Store within some minutes. "
                + "Check that its Incr-Sync (before 4.2: JDBCWriter or Connector) runs and catches up; otherwise "
                + "resume it in the console. A Full-Import must be resumed in the console.",
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" =>
                "ran before the upgrade. Start its Store and writer in the console. "
                + "A Full-Import must be resumed in the console.",
            "FAILED" => "had failed before the upgrade. Recover the link in the console.",
            _ => null,
        };
        return what is null
            ? null
            : new ActionItem
            {
                Reason = Reasons.ReviewProject,
                Subject = $"{project.Name} ({project.Id})",
                Message = $"{project.Kind} project {project.Name} {what}",
            };
    }
}
