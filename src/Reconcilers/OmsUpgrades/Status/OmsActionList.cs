using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>What a person has to do after the upgrade (facts §5.4: which links recover by themselves and which do not). Pure.</summary>
internal static class OmsActionList
{
    public static List<ActionItem> Compile(OmsUpgradeSpec spec, OmsUpgradeStatus status, Plan plan)
    {
        var actions = new List<ActionItem>();
        actions.AddRange(plan.Steps
            .Where(s => s.Action == OmsActions.RunDockerInit && s.Message?.Contains("ended with exit code", StringComparison.Ordinal) == true)
            .Select(s => new ActionItem { Reason = Reasons.InitializedWithWarning, Subject = s.Node ?? "", Message = $"{s.Message} Its output is in Secret {s.OutputRef}." }));
        var highAvailabilityOn = plan.Steps.Exists(s => s.Id == StepIds.EnableHA);
        actions.AddRange((status.Projects?.Items ?? []).Select(p => Project(p, highAvailabilityOn)).OfType<ActionItem>());
        if (!highAvailabilityOn)
        {
            actions.Add(new ActionItem { Reason = Reasons.HighAvailabilityOff, Message = "high availability is off as before: Store and Incr-Sync of running projects stay abnormal until they are started by hand in the console" });
        }

        actions.AddRange(plan.Steps
            .Where(s => s.Action == OmsActions.StopContainer)
            .Select(s => new ActionItem { Reason = Reasons.RemoveOldContainers, Subject = s.Node ?? "", Message = $"{s.Parameters["name"]} stays, stopped, as the way back; remove it once the upgrade is accepted" }));
        return [.. actions.Take(SchemaLimits.Findings)];
    }

    private static ActionItem? Project(ProjectStatus project, bool highAvailabilityOn)
    {
        var what = project.Status.ToUpperInvariant() switch
        {
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" when highAvailabilityOn =>
                "was running: its Incr-Sync is started and a new Store created by high availability within some minutes; see that it is running and catches up; a Full-Import must be resumed by hand",
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" => "was running: start its Store and Incr-Sync by hand",
            "FAILED" => "had failed before: recover the link by hand",
            "SUSPEND" => "was suspended: it stays so; a new Store is created; resume it when it is wanted",
            _ => null,
        };
        return what is null ? null : new ActionItem { Reason = Reasons.ReviewProject, Subject = $"{project.Name} ({project.Id})", Message = $"{project.Kind} project {project.Name} {what}" };
    }
}
