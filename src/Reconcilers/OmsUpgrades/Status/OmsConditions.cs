using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Api;
using Drydock.Reconcilers.OmsUpgrades.Running;

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

    private static readonly (string Type, string Phase)[] MilestonesBack =
    [
        (ConditionTypes.NewStopped, OmsUpgradePhases.StopNew),
        (ConditionTypes.DatabasesRestored, OmsUpgradePhases.RestoreDatabases),
        (ConditionTypes.OldStarted, OmsUpgradePhases.StartOld),
    ];

    // What the way back makes untrue; what has merely happened (a backup, a correction) stays.
    private static readonly (string Type, string Phase)[] UndoneBy =
    [
        (ConditionTypes.NewStarted, OmsUpgradePhases.StopNew),
        (ConditionTypes.Verified, OmsUpgradePhases.StopNew),
        (ConditionTypes.HighAvailabilityEnabled, OmsUpgradePhases.StopNew),
        (ConditionTypes.Settled, OmsUpgradePhases.StopNew),
        (ConditionTypes.MetadataCorrected, OmsUpgradePhases.RestoreDatabases),
        (ConditionTypes.MetadataInitialized, OmsUpgradePhases.RestoreDatabases),
        (ConditionTypes.OldStopped, OmsUpgradePhases.StartOld),
        (ConditionTypes.HighAvailabilityDisabled, OmsUpgradePhases.RestoreHA),
    ];

    public static List<Condition> Build(OmsUpgradeStatus status, Standing standing, DateTimeOffset now, long? generation)
    {
        var set = new ConditionSet(status.Conditions, now, generation);
        var ready = standing.Kind is StandingKind.PlanReady or StandingKind.Succeeded or StandingKind.RolledBack;
        var stands = standing.Kind == StandingKind.Succeeded || status.UpgradeStands();
        set.Set(ConditionTypes.Ready, ready, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Reconciling, standing.Kind == StandingKind.Progressing, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Stalled, standing.Kind == StandingKind.Stalled, standing.Reason, standing.Kind == StandingKind.Stalled ? standing.Message : "");
        set.Set(ConditionTypes.Planned, status.Plan is not null, status.Plan is null ? Reasons.NotYet : Reasons.PlanReady, status.Plan?.Hash ?? "no plan is stored yet");
        set.Set(ConditionTypes.Held, standing.Held, standing.Held ? standing.Reason : Reasons.NotHeld, standing.Held ? standing.Message : "");
        set.Set(ConditionTypes.Succeeded, stands, standing.Kind == StandingKind.Succeeded ? standing.Reason : stands ? Reasons.Succeeded : standing.Back ? Reasons.RolledBack : Reasons.NotYet, standing.Kind == StandingKind.Succeeded ? standing.Message : "");
        set.Set(ConditionTypes.Failed, standing.Failed, standing.Failed ? standing.Reason : Reasons.NotFailed, standing.Failed ? standing.Message : "");
        set.Set(ConditionTypes.RolledBack, standing.Back, standing.Back ? standing.Reason : status.RollbackPlan is null ? Reasons.NotYet : Reasons.RollingBack, standing.Back ? standing.Message : "");
        set.Set(ConditionTypes.PreflightPassed, status.Plan is not null && status.Findings.Count == 0, status.Plan is not null ? Reasons.Done : Reasons.NotYet, "");
        if (status.Plan is { } plan)
        {
            var notEnabled = plan.Steps.Find(s => s.Id == Planning.StepIds.EnableHA)?.Receipt?.GetValueOrDefault(Steps.EnableHighAvailability.NotEnabledFact);
            foreach (var (type, phase) in Milestones)
            {
                if (type == ConditionTypes.HighAvailabilityEnabled && notEnabled is not null)
                {
                    set.Set(type, false, Reasons.HighAvailabilityOff, notEnabled);
                    continue;
                }

                Milestone(set, plan, type, phase);
            }

            Projects(set, plan);
        }

        if (status.RollbackPlan is { } back)
        {
            foreach (var (type, phase) in MilestonesBack)
            {
                Milestone(set, back, type, phase);
            }

            Undone(set, back);
        }

        return set.Conditions;
    }

    private static void Undone(ConditionSet set, Plan back)
    {
        foreach (var (type, phase) in UndoneBy.Where(u => back.Steps.Exists(s => s.Phase == u.Phase && Planning.DoneWork.Begun(s))))
        {
            set.Set(type, status: false, Reasons.RollingBack, $"taken back by {phase}");
        }
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

    private static void Projects(ConditionSet set, Plan plan)
    {
        var compared = plan.Steps.Find(s => s.Id == Planning.StepIds.Projects)?.State == StepState.Succeeded;
        var verdict = compared ? ProjectVerdict.Last(plan) : null;
        set.Set(
            ConditionTypes.ProjectsVerified,
            verdict?.Verified ?? (compared ? "Unknown" : "False"),
            verdict?.Reason ?? (compared ? Reasons.Unverifiable : Reasons.NotYet),
            verdict?.Message ?? "");
    }
}
