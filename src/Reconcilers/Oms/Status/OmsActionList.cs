using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What the administrator has to do after the upgrade (which links recover automatically and which do not;
/// docs/research/oms.md#after-the-upgrade). Pure.
/// </summary>
internal static class OmsActionList
{
    public static List<ActionItem> Compile(OmsUpgradeSpec spec, OmsUpgradeStatus status, Plan plan)
    {
        var enable = plan.Step(StepIds.EnableHA);
        var notEnabled = enable?.Recorded(EnableHighAvailability.NotEnabledFact);
        var highAvailabilityOn = enable is not null && notEnabled is null;
        var target = OmsVersion.TryParse(spec.ToVersion, out var version)
            ? version
            : UpgradePaths.EnterpriseTarget;
        var projects = (status.Projects?.Items ?? []).Where(p => !OmsProjectActions.IsKnown(plan, p));

        List<ActionItem> actions =
        [
            .. plan.Steps.Where(s => s.Recorded(RunDockerInit.WarningFact) is not null).Select(Warned),
            .. OmsProjectActions.Of(plan),
            .. projects.Select(p => Project(p, target, highAvailabilityOn)).OfType<ActionItem>(),
        ];
        if (!highAvailabilityOn)
        {
            actions.Add(new ActionItem
            {
                Reason = Reasons.HighAvailabilityOff,
                Message = $"{notEnabled ?? "High availability is off, as it was before the upgrade."} "
                    + "Stores and writers of running projects stay abnormal until you start them in the console.",
            });
        }

        actions.AddRange(OmsPlanProgress.Stops(plan).Select(OldContainer));
        return [.. actions.Take(SchemaLimits.Findings)];
    }

    private static ActionItem Warned(PlanStep step) => new()
    {
        Reason = Reasons.InitializedWithWarning,
        Subject = step.Node ?? "",
        Message = $"{step.Message} Its output is in Secret {step.OutputRef}.",
    };

    private static ActionItem OldContainer(PlanStep stop) => new()
    {
        Reason = Reasons.RemoveOldContainers,
        Subject = stop.Node ?? "",
        Message = $"The old container {stop.Arguments<StopContainer.Args>().Name} is stopped and kept for a rollback. "
            + "Remove it when you accept the upgrade.",
    };

    private static ActionItem? Project(ProjectStatus project, OmsVersion target, bool highAvailabilityOn)
    {
        return LinkRecovery.Of(target, project.Kind, project.Status, highAvailabilityOn) is { } what
            ? new ActionItem
            {
                Reason = Reasons.ReviewProject,
                Subject = $"{project.Name} ({project.Id})",
                Message = $"{project.Kind} project {project.Name} {what}",
            }
            : null;
    }
}
