using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What a person has to do after the upgrade (which links recover by themselves and which do not;
/// docs/research/oms.md#after-the-upgrade). Pure.
/// </summary>
internal static class OmsActionList
{
    public static List<ActionItem> Compile(OmsUpgradeSpec spec, OmsUpgradeStatus status, Plan plan)
    {
        var actions = new List<ActionItem>();
        actions.AddRange(plan.Steps
            .Where(s => s.Action == OmsActions.RunDockerInit && s.Message?.Contains("ended with exit code", StringComparison.Ordinal) == true)
            .Select(s => new ActionItem { Reason = Reasons.InitializedWithWarning, Subject = s.Node ?? "", Message = $"{s.Message} Its output is in Secret {s.OutputRef}." }));
        var enable = plan.Steps.Find(s => s.Id == StepIds.EnableHA);
        var notEnabled = enable?.Recorded(EnableHighAvailability.NotEnabledFact);
        var highAvailabilityOn = enable is not null && notEnabled is null;
        var target = OmsVersion.TryParse(spec.ToVersion, out var version) ? version : UpgradePaths.EnterpriseTarget;
        actions.AddRange(OmsProjectActions.Of(plan));
        actions.AddRange((status.Projects?.Items ?? []).Where(p => !OmsProjectActions.IsKnown(plan, p)).Select(p => Project(p, target, highAvailabilityOn)).OfType<ActionItem>());
        if (!highAvailabilityOn)
        {
            actions.Add(new ActionItem { Reason = Reasons.HighAvailabilityOff, Message = $"{notEnabled ?? "high availability is off as before"}: Stores and writers of running projects stay abnormal until they are started by hand in the console" });
        }

        actions.AddRange(OmsPlanProgress.Stops(plan)
            .Select(s => new ActionItem { Reason = Reasons.RemoveOldContainers, Subject = s.Node ?? "", Message = $"{s.Parameters["name"]} stays, stopped, as the way back; remove it once the upgrade is accepted" }));
        return [.. actions.Take(SchemaLimits.Findings)];
    }

    private static ActionItem? Project(ProjectStatus project, OmsVersion target, bool highAvailabilityOn)
    {
        return LinkRecovery.Of(target, project.Kind, project.Status, highAvailabilityOn) is { } what
            ? new ActionItem { Reason = Reasons.ReviewProject, Subject = $"{project.Name} ({project.Id})", Message = $"{project.Kind} project {project.Name} {what}" }
            : null;
    }
}
