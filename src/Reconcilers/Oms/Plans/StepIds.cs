using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The ids of steps that other steps, the status and people refer to.</summary>
internal static class StepIds
{
    /// <summary>Loading or pulling of the image on a node.</summary>
    public static string Image(string node) => $"{OmsUpgradePhases.PrepareImage}/{node}";

    /// <summary>The comparison of the image IDs of all nodes.</summary>
    public const string ImagesCompared = OmsUpgradePhases.PrepareImage + "/same-image";

    /// <summary>Removal of the stopped new container that a former attempt left on a node.</summary>
    public static string Leftover(string node) => $"{OmsUpgradePhases.PrepareImage}/leftover-{node}";

    /// <summary>Creation of the new container on a node.</summary>
    public static string Create(string node) => $"{OmsUpgradePhases.PrepareImage}/create-{node}";

    /// <summary>The look into the new container's image on a node.</summary>
    public static string Contents(string node) => $"{OmsUpgradePhases.PrepareImage}/contents-{node}";

    /// <summary>The write of ha.config that switches high availability off.</summary>
    public const string DisableHA = OmsUpgradePhases.DisableHA + "/ha-config";

    /// <summary>The last look at ha.config before the old containers stop.</summary>
    public const string DisableHAConfirmed = OmsUpgradePhases.DisableHA + "/confirm";

    /// <summary>Restart of oms_console after ha.config was switched off.</summary>
    public static string DisableHAConsole(string node) => $"{OmsUpgradePhases.DisableHA}/console-{node}";

    /// <summary>A batch of projects that get another name because they share theirs.</summary>
    public static string Rename(int batch) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{OmsUpgradePhases.RenameProjects}/batch-{batch}");

    /// <summary>Stop of the old container on a node.</summary>
    public static string StopOld(string node) => $"{OmsUpgradePhases.StopOld}/{node}";

    /// <summary>The wait for the last OMS connection to the metadata database to go.</summary>
    public const string Quiesced = OmsUpgradePhases.Backup + "/no-sessions";

    /// <summary>Trim of heatbeat_sequence in a heartbeat database.</summary>
    public static string Trim(string database) => $"{OmsUpgradePhases.Backup}/trim-{database}";

    /// <summary>The snapshot of all databases.</summary>
    public const string Snapshot = OmsUpgradePhases.Backup + "/snapshot";

    /// <summary>Start of the new container on a node.</summary>
    public static string StartNew(string node) => $"{OmsUpgradePhases.StartNew}/{node}";

    /// <summary>The wait for supervisord in the new container on a node.</summary>
    public static string Supervisor(string node) => $"{OmsUpgradePhases.StartNew}/supervisor-{node}";

    /// <summary>The programs the correction needs, on a node.</summary>
    public static string CorrectionPrograms(string node) => $"{OmsUpgradePhases.CorrectMetadata}/programs-{node}";

    /// <summary>Stop of oms_console before the correction, on a node.</summary>
    public static string CorrectionConsole(string node) => $"{OmsUpgradePhases.CorrectMetadata}/stop-console-{node}";

    /// <summary>The correction JAR on a node.</summary>
    public static string Jar(string node) => $"{OmsUpgradePhases.CorrectMetadata}/jar-{node}";

    /// <summary>docker_init.sh on a node.</summary>
    public static string Init(string node) => $"{OmsUpgradePhases.InitMetadata}/{node}";

    /// <summary>Start of oms_console on a node where docker_init.sh does not run.</summary>
    public static string InitConsole(string node) => $"{OmsUpgradePhases.InitMetadata}/console-{node}";

    /// <summary>All programs run, on a node.</summary>
    public static string VerifyPrograms(string node) => $"{OmsUpgradePhases.Verify}/programs-{node}";

    /// <summary>The health endpoint of a node.</summary>
    public static string Health(string node) => $"{OmsUpgradePhases.Verify}/health-{node}";

    /// <summary>Every host online with a fresh heartbeat.</summary>
    public const string Hosts = OmsUpgradePhases.Verify + "/hosts";

    /// <summary>The projects compared.</summary>
    public const string Projects = OmsUpgradePhases.Verify + "/projects";

    /// <summary>The restart policy of the new container on a node.</summary>
    public static string RestartPolicy(string node) => $"{OmsUpgradePhases.Verify}/restart-policy-{node}";

    /// <summary>The write of ha.config that switches high availability on.</summary>
    public const string EnableHA = OmsUpgradePhases.EnableHA + "/ha-config";

    /// <summary>Restart of oms_console after ha.config was switched on.</summary>
    public static string EnableHAConsole(string node) => $"{OmsUpgradePhases.EnableHA}/console-{node}";

    /// <summary>The last look at ha.config.</summary>
    public const string EnableHAConfirmed = OmsUpgradePhases.EnableHA + "/confirm";

    /// <summary>Everything still runs after the last restart.</summary>
    public static string Settled(string node) => $"{OmsUpgradePhases.Settle}/programs-{node}";

    /// <summary>Every host still online after the last restart.</summary>
    public const string SettledHosts = OmsUpgradePhases.Settle + "/hosts";

    /// <summary>Projects that ran before are resumed.</summary>
    public const string Resume = OmsUpgradePhases.Settle + "/resume-projects";

    /// <summary>Stores and writers are watched.</summary>
    public const string Components = OmsUpgradePhases.Settle + "/components";

    /// <summary>The list of what a person has to do.</summary>
    public const string Actions = OmsUpgradePhases.Settle + "/actions";
}
