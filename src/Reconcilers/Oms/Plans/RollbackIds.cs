namespace Drydock.Reconcilers.Oms;

/// <summary>The ids of the steps of a rollback, of a restore inside an upgrade, and of the cleanup; formed as in
/// <see cref="StepIds"/>.</summary>
internal static class RollbackIds
{
    /// <summary>What must be approved before the rollback of a succeeded upgrade begins.</summary>
    public const string Hold = "RollBack";

    public const string UndoHA = OmsUpgradePhases.Undo + "/ha-config";

    public const string DisableHA = OmsUpgradePhases.DisableNewHA + "/ha-config";

    public const string DisableHAConfirmed = OmsUpgradePhases.DisableNewHA + "/confirm";

    public const string Quiesced = OmsUpgradePhases.BackupNew + "/no-sessions";

    public const string Snapshot = OmsUpgradePhases.BackupNew + "/snapshot";

    public const string Restore = OmsUpgradePhases.RestoreDatabases + "/restore";

    public const string RestoreQuiesced = OmsUpgradePhases.RestoreDatabases + "/no-sessions";

    public const string Hosts = OmsUpgradePhases.StartOld + "/hosts";

    public const string RestoreHA = OmsUpgradePhases.RestoreHA + "/ha-config";

    public const string RestoreHAConfirmed = OmsUpgradePhases.RestoreHA + "/confirm";

    public const string Actions = OmsUpgradePhases.Report + "/actions";

    /// <summary>The former names of a batch of renamed projects, if the upgrade stopped before T1.</summary>
    public static string UndoNames(string batch) => $"{OmsUpgradePhases.Undo}/names-{batch}";

    public static string UndoHAConsole(string node) => PlannedStep.Id(OmsUpgradePhases.Undo, node, "restart-console");

    public static string UndoContainer(string node) =>
        PlannedStep.Id(OmsUpgradePhases.Undo, node, "remove-container");

    public static string UndoImage(string node) => PlannedStep.Id(OmsUpgradePhases.Undo, node, "remove-image");

    public static string DisableHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.DisableNewHA, node, "restart-console");

    public static string StopNew(string node) => PlannedStep.Id(OmsUpgradePhases.StopNew, node);

    public static string RestoreStop(string node) => PlannedStep.Id(OmsUpgradePhases.RestoreDatabases, node, "stop");

    public static string Names(string batch) => $"{OmsUpgradePhases.StartOld}/names-{batch}";

    public static string StartOld(string node) => PlannedStep.Id(OmsUpgradePhases.StartOld, node, "start");

    public static string Supervisor(string node) => PlannedStep.Id(OmsUpgradePhases.StartOld, node, "supervisor");

    public static string Programs(string node) => PlannedStep.Id(OmsUpgradePhases.StartOld, node, "programs");

    public static string RestartPolicy(string node) =>
        PlannedStep.Id(OmsUpgradePhases.StartOld, node, "restart-policy");

    public static string RestoreHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.RestoreHA, node, "restart-console");

    public static string CleanupContainer(string node) => PlannedStep.Id(OmsUpgradePhases.Cleanup, node);

    public static string CleanupImage(string node) => PlannedStep.Id(OmsUpgradePhases.Cleanup, node, "remove-image");
}
