namespace Drydock.Reconcilers.Oms;

internal static class OmsMilestones
{
    public static RunMilestones All { get; } = new(
        Upgrade:
        [
            new(ConditionTypes.ImagePrepared, OmsUpgradePhases.PrepareImage),
            new(ConditionTypes.HighAvailabilityDisabled, OmsUpgradePhases.DisableHA),
            new(ConditionTypes.OldStopped, OmsUpgradePhases.StopOld),
            new(ConditionTypes.BackedUp, OmsUpgradePhases.Backup),
            new(ConditionTypes.NewStarted, OmsUpgradePhases.StartNew),
            new(ConditionTypes.MetadataCorrected, OmsUpgradePhases.CorrectMetadata),
            new(ConditionTypes.MetadataInitialized, OmsUpgradePhases.InitMetadata),
            new(ConditionTypes.Verified, OmsUpgradePhases.Verify),
            new(ConditionTypes.HighAvailabilityEnabled, OmsUpgradePhases.EnableHA) { Missed = NotEnabled },
            new(ConditionTypes.Settled, OmsUpgradePhases.Settle),
        ],
        Rollback:
        [
            new(ConditionTypes.NewStopped, OmsUpgradePhases.StopNew),
            new(ConditionTypes.DatabasesRestored, OmsUpgradePhases.RestoreDatabases),
            new(ConditionTypes.OldStarted, OmsUpgradePhases.StartOld),
        ],

        // What has merely happened (a backup) stays.
        UndoneBy:
        [
            new(ConditionTypes.NewStarted, OmsUpgradePhases.StopNew),
            new(ConditionTypes.Verified, OmsUpgradePhases.StopNew),
            new(ConditionTypes.HighAvailabilityEnabled, OmsUpgradePhases.StopNew),
            new(ConditionTypes.Settled, OmsUpgradePhases.StopNew),
            new(ConditionTypes.MetadataCorrected, OmsUpgradePhases.RestoreDatabases),
            new(ConditionTypes.MetadataInitialized, OmsUpgradePhases.RestoreDatabases),
            new(ConditionTypes.OldStopped, OmsUpgradePhases.StartOld),
            new(ConditionTypes.HighAvailabilityDisabled, OmsUpgradePhases.RestoreHA),
        ]);

    public static void AddProjects(ConditionSet conditions, PlanProgress plan)
    {
        var compared = plan.Step<CompareProjects>()?.State == StepState.Succeeded;
        var verdict = compared ? ProjectVerdict.Last(plan) : null;
        conditions.Set(
            ConditionTypes.ProjectsVerified,
            verdict?.Verified ?? (compared ? "Unknown" : "False"),
            verdict?.Reason ?? (compared ? Reasons.Unverifiable : Reasons.NotYet),
            verdict?.Message ?? "");
    }

    private static (string Reason, string Message)? NotEnabled(PlanProgress plan) =>
        plan.First(OmsUpgradePhases.EnableHA)?.Recorded(EnableHighAvailability.NotEnabledFact) is { } why
            ? (Reasons.HighAvailabilityOff, why)
            : null;
}
