using DatabasePhases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;
using OmsPhases = Drydock.Crds.OmsUpgrades.OmsUpgradePhases;

namespace Drydock.Tests.Unit.Support;

/// <summary>The phases of each system in the order of its runbook, as plans and pages must have them.</summary>
internal static class PhaseOrder
{
    public static IReadOnlyList<string> OfOms { get; } =
    [
        RunPhases.Preflight, OmsPhases.PrepareImage, OmsPhases.TestSchema, OmsPhases.DisableHA,
        OmsPhases.RenameProjects, OmsPhases.StopOld, OmsPhases.Backup, OmsPhases.StartNew, OmsPhases.CorrectMetadata,
        OmsPhases.InitMetadata, OmsPhases.Verify,
        OmsPhases.EnableHA, OmsPhases.Settle,
    ];

    public static IReadOnlyList<string> OfOmsRollback { get; } =
    [
        OmsPhases.Undo, OmsPhases.DisableNewHA, OmsPhases.StopNew, OmsPhases.BackupNew, OmsPhases.RestoreDatabases,
        OmsPhases.StartOld, OmsPhases.RestoreHA, OmsPhases.Report,
    ];

    public static IReadOnlyList<string> OfTiDb { get; } =
    [
        RunPhases.Preflight, DatabasePhases.PreparePackage, DatabasePhases.SaveConfiguration, DatabasePhases.Backup,
        DatabasePhases.MigrateConfiguration, DatabasePhases.UpgradePD, DatabasePhases.UpgradeTiKV,
        DatabasePhases.UpgradePump, DatabasePhases.UpgradeTiDB, DatabasePhases.LimitMerging,
        DatabasePhases.UpgradeDrainer, DatabasePhases.UpgradeMonitoring, DatabasePhases.UpgradeTiSpark,
        DatabasePhases.Verify, DatabasePhases.TuneScheduling,
    ];

    public static IReadOnlyList<string> OfYugabyte { get; } =
    [
        RunPhases.Preflight, DatabasePhases.PreparePackage, DatabasePhases.PauseReplication,
        DatabasePhases.UpgradeMasters, DatabasePhases.UpgradeTServers, DatabasePhases.VerifyVersions,
        DatabasePhases.PromoteVolatileFlags, DatabasePhases.Finalize, DatabasePhases.PromoteAutoFlags,
        DatabasePhases.UpgradeCatalog, DatabasePhases.Verify, DatabasePhases.ResumeReplication,
    ];
}
