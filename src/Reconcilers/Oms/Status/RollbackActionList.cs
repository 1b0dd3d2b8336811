using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What a person has to do after the way back (Full-Import never resumes by itself; docs/research/oms.md#rollback).
/// Pure.
/// </summary>
internal static class RollbackActionList
{
    public static List<ActionItem> Compile(OmsUpgradeSpec spec, OmsUpgradeStatus status)
    {
        if (status.RollbackPlan is not { } back || back.Step(RollbackIds.Actions) is null)
        {
            return [];
        }

        var actions = new List<ActionItem>();
        var highAvailabilityOn = back.Step(RollbackIds.RestoreHA) is not null;
        actions.AddRange((status.Projects?.Items ?? []).Select(p => Project(p, highAvailabilityOn)).OfType<ActionItem>());
        if (!highAvailabilityOn)
        {
            actions.Add(new ActionItem { Reason = Reasons.HighAvailabilityOff, Message = "high availability is off, as it was before the upgrade: Stores and writers of running projects stay abnormal until they are started by hand in the console" });
        }

        actions.AddRange(OmsPlanProgress.Stops(status.Plan!).Select(s => new ActionItem
        {
            Reason = Reasons.RemoveNewContainers,
            Subject = s.Node ?? "",
            Message = $"{status.Plan!.Step(StepIds.StartNew(s.Node!))?.Parameters["container"]} stays, stopped; remove it once nobody wants to look into it any more. Another attempt of this object removes it itself",
        }));
        if (status.RollbackSnapshotRef is { } second)
        {
            actions.Add(new ActionItem { Reason = Reasons.ReviewSnapshot, Subject = second.Name, Message = $"BackupSnapshot {second.Name} holds what the databases held before they were dropped; delete it once it is not wanted any more" });
        }
        else if (back.Step(RollbackIds.Snapshot)?.Recorded(TakeSnapshot.NotTakenFact) is not null)
        {
            actions.Add(new ActionItem { Reason = Reasons.ReviewSnapshot, Subject = "", Message = $"what the failed upgrade left in the databases could not be dumped before it was dropped: {back.Step(RollbackIds.Snapshot)!.Message}" });
        }

        return [.. actions.Take(SchemaLimits.Findings)];
    }

    private static ActionItem? Project(ProjectStatus project, bool highAvailabilityOn)
    {
        var what = project.Status.ToUpperInvariant() switch
        {
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" when highAvailabilityOn =>
                "ran before the upgrade: high availability makes its Store anew within some minutes; see that its Incr-Sync (before 4.2: JDBCWriter or Connector) runs and catches up, resume it by hand if it does not; a Full-Import must be resumed by hand",
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" => "ran before the upgrade: start its Store and writer by hand; a Full-Import must be resumed by hand",
            "FAILED" => "had failed before the upgrade: recover the link by hand",
            _ => null,
        };
        return what is null ? null : new ActionItem { Reason = Reasons.ReviewProject, Subject = $"{project.Name} ({project.Id})", Message = $"{project.Kind} project {project.Name} {what}" };
    }
}
