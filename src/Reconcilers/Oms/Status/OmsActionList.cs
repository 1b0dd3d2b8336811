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
        var known = plan.Step(StepIds.Actions)!.Arguments<ListActions.Args>();
        var projects = (status.Projects?.Items ?? []).Where(p => !OmsProjectActions.IsKnown(plan, p));

        List<ActionItem> actions =
        [
            .. plan.Steps.Where(s => s.Recorded(RunDockerInit.WarningFact) is not null).Select(Warned),
            .. plan.Steps.Where(s => s.Recorded(ReadVersion.MismatchFact) is not null).Select(OtherVersion),
            .. OmsProjectActions.Of(plan),
            .. projects.Select(p => Project(p, known.Links, highAvailabilityOn)).OfType<ActionItem>(),
        ];
        if (!highAvailabilityOn)
        {
            var why = known.HaConfig
                ? "High availability is off, as it was before the upgrade."
                : $"OMS {spec.ToVersion} has no high availability.";
            actions.Add(new ActionItem
            {
                Reason = Reasons.HighAvailabilityOff,
                Message = $"{notEnabled ?? why} "
                    + "Stores and writers of running projects stay abnormal until you start them in the console.",
            });
        }

        actions.AddRange((known.Advice ?? []).Select(a => new ActionItem
        {
            Reason = Reasons.VersionAdvice,
            Subject = a.Key,
            Message = a.Message,
        }));

        actions.AddRange(OmsPlanProgress.Stops(plan).Select(OldContainer));
        return [.. actions.Take(SchemaLimits.Findings)];
    }

    private static ActionItem Warned(PlanStep step) => new()
    {
        Reason = Reasons.InitializedWithWarning,
        Subject = step.Node ?? "",
        Message = $"{step.Message} Its output is in Secret {step.OutputRef}.",
    };

    private static ActionItem OtherVersion(PlanStep step) => new()
    {
        Reason = Reasons.VersionMismatch,
        Subject = step.Node ?? "",
        Message = step.Recorded(ReadVersion.MismatchFact)!,
    };

    private static ActionItem OldContainer(PlanStep stop) => new()
    {
        Reason = Reasons.RemoveOldContainers,
        Subject = stop.Node ?? "",
        Message = $"The old container {stop.Arguments<StopContainer.Args>().Name} is stopped and kept for a rollback. "
            + "Remove it when you accept the upgrade.",
    };

    private static ActionItem? Project(ProjectStatus project, LinkFacts? links, bool highAvailabilityOn) =>
        links is not null && LinkRecovery.Of(links, project.Kind, project.Status, highAvailabilityOn) is { } what
            ? new ActionItem
            {
                Reason = Reasons.ReviewProject,
                Subject = $"{project.Name} ({project.Id})",
                Message = $"{project.Kind} project {project.Name} {what}",
            }
            : null;
}
