using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The ids of steps of the way back, of a restore inside an upgrade, and of the cleanup.</summary>
internal static class RollbackIds
{
    /// <summary>What must be approved before the way back of a succeeded upgrade begins.</summary>
    public const string Hold = "RollBack";

    /// <summary>A step that undoes what was done before T1.</summary>
    public static string Undo(string name) => $"{OmsUpgradePhases.Undo}/{name}";

    /// <summary>The write that switches off high availability of the new version.</summary>
    public const string DisableHA = OmsUpgradePhases.DisableNewHA + "/ha-config";

    /// <summary>Restart of oms_console after it.</summary>
    public static string DisableHAConsole(string node) => $"{OmsUpgradePhases.DisableNewHA}/console-{node}";

    /// <summary>The look at ha.config after the restarts.</summary>
    public const string DisableHAConfirmed = OmsUpgradePhases.DisableNewHA + "/confirm";

    /// <summary>Stop of the new container on a node.</summary>
    public static string StopNew(string node) => $"{OmsUpgradePhases.StopNew}/{node}";

    /// <summary>The wait for the last OMS connection to go.</summary>
    public const string Quiesced = OmsUpgradePhases.BackupNew + "/no-sessions";

    /// <summary>The second snapshot.</summary>
    public const string Snapshot = OmsUpgradePhases.BackupNew + "/snapshot";

    /// <summary>The restore of all databases, on the way back and inside an upgrade.</summary>
    public const string Restore = OmsUpgradePhases.RestoreDatabases + "/restore";

    /// <summary>Stop of the new container before a restore inside an upgrade.</summary>
    public static string RestoreStop(string node) => $"{OmsUpgradePhases.RestoreDatabases}/stop-{node}";

    /// <summary>The wait for the last OMS connection before a restore inside an upgrade.</summary>
    public const string RestoreQuiesced = OmsUpgradePhases.RestoreDatabases + "/no-sessions";

    /// <summary>The former names of a batch of renamed projects.</summary>
    public static string Names(string batch) => $"{OmsUpgradePhases.StartOld}/names-{batch}";

    /// <summary>Start of the old container on a node.</summary>
    public static string StartOld(string node) => $"{OmsUpgradePhases.StartOld}/{node}";

    /// <summary>supervisord in the old container answers.</summary>
    public static string Supervisor(string node) => $"{OmsUpgradePhases.StartOld}/supervisor-{node}";

    /// <summary>All programs of the old container run.</summary>
    public static string Programs(string node) => $"{OmsUpgradePhases.StartOld}/programs-{node}";

    /// <summary>Every host online.</summary>
    public const string Hosts = OmsUpgradePhases.StartOld + "/hosts";

    /// <summary>The restart policy of the old container on a node.</summary>
    public static string RestartPolicy(string node) => $"{OmsUpgradePhases.StartOld}/restart-policy-{node}";

    /// <summary>The write that puts ha.config back.</summary>
    public const string RestoreHA = OmsUpgradePhases.RestoreHA + "/ha-config";

    /// <summary>Restart of oms_console after it.</summary>
    public static string RestoreHAConsole(string node) => $"{OmsUpgradePhases.RestoreHA}/console-{node}";

    /// <summary>The last look at ha.config.</summary>
    public const string RestoreHAConfirmed = OmsUpgradePhases.RestoreHA + "/confirm";

    /// <summary>The list of what a person has to do.</summary>
    public const string Actions = OmsUpgradePhases.Report + "/actions";

    /// <summary>Removal of the old container on a node.</summary>
    public static string CleanupContainer(string node) => $"{OmsUpgradePhases.Cleanup}/{node}";

    /// <summary>Removal of the old image on a node.</summary>
    public static string CleanupImage(string node) => $"{OmsUpgradePhases.Cleanup}/image-{node}";
}
