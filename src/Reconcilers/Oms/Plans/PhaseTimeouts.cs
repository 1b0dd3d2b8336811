namespace Drydock.Reconcilers.Oms;

/// <summary>The time limits of the steps of a phase.</summary>
internal static class PhaseTimeouts
{
    public static string Of(this OmsUpgradeTimeouts timeouts, StepBase<IOmsTargets>? step, string phase) =>
        step is OmsStep own ? own.TimeLimit(timeouts, phase) : timeouts.Of(phase);

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
