using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Common;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>The conditions of an OmsUpgrade: those of kstatus, and one for each milestone. Pure.</summary>
internal static class OmsConditions
{
    private static readonly (string Type, string Phase)[] Milestones =
    [
        (ConditionTypes.ImagePrepared, OmsUpgradePhases.PrepareImage),
        (ConditionTypes.HighAvailabilityDisabled, OmsUpgradePhases.DisableHA),
        (ConditionTypes.OldStopped, OmsUpgradePhases.StopOld),
        (ConditionTypes.BackedUp, OmsUpgradePhases.Backup),
        (ConditionTypes.NewStarted, OmsUpgradePhases.StartNew),
        (ConditionTypes.MetadataCorrected, OmsUpgradePhases.CorrectMetadata),
        (ConditionTypes.MetadataInitialized, OmsUpgradePhases.InitMetadata),
        (ConditionTypes.Verified, OmsUpgradePhases.Verify),
        (ConditionTypes.HighAvailabilityEnabled, OmsUpgradePhases.EnableHA),
        (ConditionTypes.Settled, OmsUpgradePhases.Settle),
    ];

    public static List<Condition> Build(OmsUpgradeStatus status, Standing standing, DateTimeOffset now, long? generation)
    {
        var set = new ConditionSet(status.Conditions, now, generation);
        var ready = standing.Kind is StandingKind.PlanReady or StandingKind.Succeeded;
        set.Set(ConditionTypes.Ready, ready, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Reconciling, standing.Kind == StandingKind.Progressing, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Stalled, standing.Kind == StandingKind.Stalled, standing.Reason, standing.Kind == StandingKind.Stalled ? standing.Message : "");
        set.Set(ConditionTypes.Planned, status.Plan is not null, status.Plan is null ? Reasons.NotYet : Reasons.PlanReady, status.Plan?.Hash ?? "no plan is stored yet");
        set.Set(ConditionTypes.Held, standing.Held, standing.Held ? standing.Reason : Reasons.NotHeld, standing.Held ? standing.Message : "");
        set.Set(ConditionTypes.Succeeded, standing.Kind == StandingKind.Succeeded, standing.Kind == StandingKind.Succeeded ? standing.Reason : Reasons.NotYet, standing.Kind == StandingKind.Succeeded ? standing.Message : "");
        set.Set(ConditionTypes.Failed, standing.Failed, standing.Failed ? standing.Reason : Reasons.NotFailed, standing.Failed ? standing.Message : "");
        set.Set(ConditionTypes.PreflightPassed, status.Plan is not null && status.Findings.Count == 0, status.Plan is not null ? Reasons.Done : Reasons.NotYet, "");
        if (status.Plan is { } plan)
        {
            foreach (var (type, phase) in Milestones)
            {
                Milestone(set, plan, type, phase);
            }

            Projects(set, plan, status);
        }

        return set.Conditions;
    }

    private static void Milestone(ConditionSet set, Plan plan, string type, string phase)
    {
        var steps = plan.Steps.Where(s => s.Phase == phase).ToList();
        var done = steps.Count(s => s.State == StepState.Succeeded);
        var (reason, message) = steps.Count == 0
            ? (Reasons.NotNeeded, "the plan has no such phase")
            : done == steps.Count ? (Reasons.Done, "") : (Reasons.NotYet, $"{done} of {steps.Count} steps");
        set.Set(type, steps.Count > 0 && done == steps.Count, reason, message);
    }

    private static void Projects(ConditionSet set, Plan plan, OmsUpgradeStatus status)
    {
        var compared = plan.Steps.Find(s => s.Id == Planning.StepIds.Projects)?.State == StepState.Succeeded;
        var count = (status.Projects?.Migration ?? 0) + (status.Projects?.Synchronization ?? 0);
        var nothingToCompare = compared && count == 0;
        set.Set(
            ConditionTypes.ProjectsVerified,
            nothingToCompare ? "True" : compared ? "Unknown" : "False",
            nothingToCompare ? Reasons.Done : compared ? Reasons.Unverifiable : Reasons.NotYet,
            compared && !nothingToCompare ? $"{count} projects are listed in status.actionRequired for a person to look at" : "");
    }
}
