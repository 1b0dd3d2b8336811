namespace Drydock.Reconcilers.Oms;

/// <summary>Finds the timeout of a phase.</summary>
internal static class PhaseTimeouts
{
    public static PlanStep Step(
        this OmsUpgradeTimeouts timeouts,
        string id,
        string? node,
        string title,
        IStepAction step,
        IEnumerable<string> after,
        int attempts)
    {
        var planned = PlannedStep.Of(id, node, title, step, after, "", attempts);
        return planned with { Timeout = timeouts.Of(planned) };
    }

    public static string Of(this OmsUpgradeTimeouts timeouts, PlanStep step) =>
        step.Is<AwaitNoSessions>() || step.Is<EndSessions>() ? timeouts.NoSessions : timeouts.Of(step.Phase);

    public static string Of(this OmsUpgradeTimeouts timeouts, string phase) => phase switch
    {
        OmsUpgradePhases.Preflight => timeouts.Preflight,
        OmsUpgradePhases.PrepareImage => timeouts.PrepareImage,
        OmsUpgradePhases.DisableHA => timeouts.DisableHA,
        OmsUpgradePhases.RenameProjects => timeouts.RenameProjects,
        OmsUpgradePhases.StopOld => timeouts.StopOld,
        OmsUpgradePhases.Backup => timeouts.Backup,
        OmsUpgradePhases.StartNew => timeouts.StartNew,
        OmsUpgradePhases.CorrectMetadata => timeouts.CorrectMetadata,
        OmsUpgradePhases.InitMetadata => timeouts.InitMetadata,
        OmsUpgradePhases.Verify => timeouts.Verify,
        OmsUpgradePhases.EnableHA => timeouts.EnableHA,
        OmsUpgradePhases.Settle => timeouts.Settle,
        OmsUpgradePhases.Undo or OmsUpgradePhases.DisableNewHA => timeouts.DisableHA,
        OmsUpgradePhases.StopNew => timeouts.StopNew,

        // The snapshot itself has the time limit of Backup; it should report its own timeout.
        OmsUpgradePhases.BackupNew =>
            KubernetesDuration.Format(KubernetesDuration.Parse(timeouts.Backup) + TimeSpan.FromMinutes(10)),
        OmsUpgradePhases.RestoreDatabases => timeouts.RestoreDatabases,
        OmsUpgradePhases.StartOld => timeouts.StartOld,
        OmsUpgradePhases.RestoreHA => timeouts.EnableHA,
        OmsUpgradePhases.Report => timeouts.Settle,
        OmsUpgradePhases.Cleanup => timeouts.StopOld,
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "There is no such phase."),
    };
}
