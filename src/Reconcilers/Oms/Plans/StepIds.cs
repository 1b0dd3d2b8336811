using System.Globalization;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The ids of the steps of an upgrade: <c>Phase/node</c> or <c>Phase/node/verb</c> on a node, <c>Phase/verb</c> on the
/// whole system. In a phase with steps on the whole system, every id of a step on a node has a verb, so that no name of
/// a node is reserved.
/// </summary>
internal static class StepIds
{
    /// <summary>The comparison of the image IDs of all nodes.</summary>
    public const string ImagesCompared = OmsUpgradePhases.PrepareImage + "/same-image";

    /// <summary>The write of ha.config that disables high availability.</summary>
    public const string DisableHA = OmsUpgradePhases.DisableHA + "/ha-config";

    /// <summary>The last read of ha.config before the old containers stop.</summary>
    public const string DisableHAConfirmed = OmsUpgradePhases.DisableHA + "/confirm";

    /// <summary>The end of sessions of OMS that are left after its stop.</summary>
    public const string EndSessions = OmsUpgradePhases.Backup + "/end-sessions";

    /// <summary>The wait until no other session uses the metadata databases.</summary>
    public const string Quiesced = OmsUpgradePhases.Backup + "/no-sessions";

    /// <summary>The snapshot of all databases.</summary>
    public const string Snapshot = OmsUpgradePhases.Backup + "/snapshot";

    /// <summary>Every host is online with a fresh heartbeat.</summary>
    public const string Hosts = OmsUpgradePhases.Verify + "/hosts";

    /// <summary>The comparison of the projects.</summary>
    public const string Projects = OmsUpgradePhases.Verify + "/projects";

    /// <summary>The write of ha.config that enables high availability.</summary>
    public const string EnableHA = OmsUpgradePhases.EnableHA + "/ha-config";

    /// <summary>The last read of ha.config.</summary>
    public const string EnableHAConfirmed = OmsUpgradePhases.EnableHA + "/confirm";

    /// <summary>Every host is still online after the last restart.</summary>
    public const string SettledHosts = OmsUpgradePhases.Settle + "/hosts";

    /// <summary>Stores and writers recover.</summary>
    public const string Components = OmsUpgradePhases.Settle + "/components";

    /// <summary>The list of actions for the administrator.</summary>
    public const string Actions = OmsUpgradePhases.Settle + "/actions";

    /// <summary>The image is loaded, tagged or pulled.</summary>
    public static string Image(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "image");

    /// <summary>Removal of the stopped new container that a previous attempt left.</summary>
    public static string Leftover(string node) =>
        PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "remove-leftover");

    /// <summary>Creation of the new container.</summary>
    public static string Create(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "create");

    /// <summary>Copy of the correction JAR into the new container.</summary>
    public static string CopyJar(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "copy-jar");

    /// <summary>The check of the files in the new container's image.</summary>
    public static string Contents(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "contents");

    /// <summary>Restart of oms_console after high availability was disabled.</summary>
    public static string DisableHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.DisableHA, node, "restart-console");

    /// <summary>A batch of projects that get another name because they share theirs.</summary>
    public static string Rename(int batch) =>
        string.Create(CultureInfo.InvariantCulture, $"{OmsUpgradePhases.RenameProjects}/batch-{batch}");

    /// <summary>Stop of the old container.</summary>
    public static string StopOld(string node) => PlannedStep.Id(OmsUpgradePhases.StopOld, node);

    /// <summary>Trim of heatbeat_sequence in a heartbeat database.</summary>
    public static string Trim(string database) => PlannedStep.Id(OmsUpgradePhases.Backup, database, "trim");

    /// <summary>Start of the new container.</summary>
    public static string StartNew(string node) => PlannedStep.Id(OmsUpgradePhases.StartNew, node);

    /// <summary>The wait for supervisord in the new container.</summary>
    public static string Supervisor(string node) => PlannedStep.Id(OmsUpgradePhases.StartNew, node, "supervisor");

    /// <summary>The programs that the correction needs.</summary>
    public static string CorrectionPrograms(string node) =>
        PlannedStep.Id(OmsUpgradePhases.CorrectMetadata, node, "programs");

    /// <summary>Stop of oms_console before the correction.</summary>
    public static string CorrectionConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.CorrectMetadata, node, "stop-console");

    /// <summary>The correction JAR.</summary>
    public static string Jar(string node) => PlannedStep.Id(OmsUpgradePhases.CorrectMetadata, node, "jar");

    /// <summary>The programs that docker_init.sh needs.</summary>
    public static string InitPrograms(string node) =>
        PlannedStep.Id(OmsUpgradePhases.InitMetadata, node, "programs");

    /// <summary>The wait between the start of the new container and docker_init.sh.</summary>
    public static string InitWait(string node) => PlannedStep.Id(OmsUpgradePhases.InitMetadata, node, "wait");

    /// <summary>docker_init.sh.</summary>
    public static string Init(string node) => PlannedStep.Id(OmsUpgradePhases.InitMetadata, node);

    /// <summary>Start of oms_console on a node where docker_init.sh does not run.</summary>
    public static string InitConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.InitMetadata, node, "start-console");

    /// <summary>All programs run.</summary>
    public static string VerifyPrograms(string node) => PlannedStep.Id(OmsUpgradePhases.Verify, node, "programs");

    /// <summary>The health endpoint.</summary>
    public static string Health(string node) => PlannedStep.Id(OmsUpgradePhases.Verify, node, "health");

    /// <summary>The version that the new container reports.</summary>
    public static string Version(string node) => PlannedStep.Id(OmsUpgradePhases.Verify, node, "version");

    /// <summary>The restart policy of the new container.</summary>
    public static string RestartPolicy(string node) =>
        PlannedStep.Id(OmsUpgradePhases.Verify, node, "restart-policy");

    /// <summary>Restart of oms_console after high availability was enabled.</summary>
    public static string EnableHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.EnableHA, node, "restart-console");

    /// <summary>All programs still run after the last restart.</summary>
    public static string Settled(string node) => PlannedStep.Id(OmsUpgradePhases.Settle, node, "programs");
}
