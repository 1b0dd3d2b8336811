using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The ids of the steps of a rollback, of a restore inside an upgrade, and of the cleanup; formed as in
/// <see cref="StepIds"/>.
/// </summary>
internal static class RollbackIds
{
    /// <summary>What must be approved before the rollback of a succeeded upgrade begins.</summary>
    public const string Hold = "RollBack";

    /// <summary>ha.config as before, if the upgrade stopped before T1.</summary>
    public const string UndoHA = OmsUpgradePhases.Undo + "/ha-config";

    /// <summary>The write that disables high availability of the new version.</summary>
    public const string DisableHA = OmsUpgradePhases.DisableNewHA + "/ha-config";

    /// <summary>The read of ha.config after the restarts.</summary>
    public const string DisableHAConfirmed = OmsUpgradePhases.DisableNewHA + "/confirm";

    /// <summary>The wait until no OMS host is connected to the metadata database.</summary>
    public const string Quiesced = OmsUpgradePhases.BackupNew + "/no-sessions";

    /// <summary>The second snapshot.</summary>
    public const string Snapshot = OmsUpgradePhases.BackupNew + "/snapshot";

    /// <summary>The restore of all databases, in a rollback and inside an upgrade.</summary>
    public const string Restore = OmsUpgradePhases.RestoreDatabases + "/restore";

    /// <summary>The wait until no OMS host is connected, before a restore inside an upgrade.</summary>
    public const string RestoreQuiesced = OmsUpgradePhases.RestoreDatabases + "/no-sessions";

    /// <summary>Every host is online.</summary>
    public const string Hosts = OmsUpgradePhases.StartOld + "/hosts";

    /// <summary>The write that restores ha.config.</summary>
    public const string RestoreHA = OmsUpgradePhases.RestoreHA + "/ha-config";

    /// <summary>The last read of ha.config.</summary>
    public const string RestoreHAConfirmed = OmsUpgradePhases.RestoreHA + "/confirm";

    /// <summary>The list of actions for the administrator.</summary>
    public const string Actions = OmsUpgradePhases.Report + "/actions";

    /// <summary>The former names of a batch of renamed projects, if the upgrade stopped before T1.</summary>
    public static string UndoNames(string batch) => $"{OmsUpgradePhases.Undo}/names-{batch}";

    /// <summary>Restart of oms_console after <see cref="UndoHA"/>.</summary>
    public static string UndoHAConsole(string node) => PlannedStep.Id(OmsUpgradePhases.Undo, node, "restart-console");

    /// <summary>Removal of a created container.</summary>
    public static string UndoContainer(string node) =>
        PlannedStep.Id(OmsUpgradePhases.Undo, node, "remove-container");

    /// <summary>Removal of an image that the upgrade brought.</summary>
    public static string UndoImage(string node) => PlannedStep.Id(OmsUpgradePhases.Undo, node, "remove-image");

    /// <summary>Restart of oms_console after <see cref="DisableHA"/>.</summary>
    public static string DisableHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.DisableNewHA, node, "restart-console");

    /// <summary>Stop of the new container.</summary>
    public static string StopNew(string node) => PlannedStep.Id(OmsUpgradePhases.StopNew, node);

    /// <summary>Stop of the new container before a restore inside an upgrade.</summary>
    public static string RestoreStop(string node) => PlannedStep.Id(OmsUpgradePhases.RestoreDatabases, node, "stop");

    /// <summary>The former names of a batch of renamed projects.</summary>
    public static string Names(string batch) => $"{OmsUpgradePhases.StartOld}/names-{batch}";

    /// <summary>Start of the old container.</summary>
    public static string StartOld(string node) => PlannedStep.Id(OmsUpgradePhases.StartOld, node, "start");

    /// <summary>The wait for supervisord in the old container.</summary>
    public static string Supervisor(string node) => PlannedStep.Id(OmsUpgradePhases.StartOld, node, "supervisor");

    /// <summary>All programs of the old container run.</summary>
    public static string Programs(string node) => PlannedStep.Id(OmsUpgradePhases.StartOld, node, "programs");

    /// <summary>The restart policy of the old container.</summary>
    public static string RestartPolicy(string node) =>
        PlannedStep.Id(OmsUpgradePhases.StartOld, node, "restart-policy");

    /// <summary>Restart of oms_console after <see cref="RestoreHA"/>.</summary>
    public static string RestoreHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.RestoreHA, node, "restart-console");

    /// <summary>Removal of the old container.</summary>
    public static string CleanupContainer(string node) => PlannedStep.Id(OmsUpgradePhases.Cleanup, node);

    /// <summary>Removal of the old image.</summary>
    public static string CleanupImage(string node) => PlannedStep.Id(OmsUpgradePhases.Cleanup, node, "remove-image");
}
