namespace Drydock.Reconcilers.Oms;

/// <summary>The ids of the steps of an upgrade: <c>Phase/node</c> or <c>Phase/node/verb</c> on a node,
/// <c>Phase/verb</c> on the whole system. In a phase with steps on the whole system, every id of a step on a node has a
/// verb, so that no name of a node is reserved.</summary>
internal static class StepIds
{
    public const string ImagesCompared = OmsUpgradePhases.PrepareImage + "/same-image";

    public const string DisableHA = OmsUpgradePhases.DisableHA + "/ha-config";

    public const string DisableHAConfirmed = OmsUpgradePhases.DisableHA + "/confirm";

    public const string EndSessions = OmsUpgradePhases.Backup + "/end-sessions";

    public const string Quiesced = OmsUpgradePhases.Backup + "/no-sessions";

    public const string Snapshot = OmsUpgradePhases.Backup + "/snapshot";

    public const string Hosts = OmsUpgradePhases.Verify + "/hosts";

    public const string Projects = OmsUpgradePhases.Verify + "/projects";

    public const string EnableHA = OmsUpgradePhases.EnableHA + "/ha-config";

    public const string EnableHAConfirmed = OmsUpgradePhases.EnableHA + "/confirm";

    public const string SettledHosts = OmsUpgradePhases.Settle + "/hosts";

    public const string Components = OmsUpgradePhases.Settle + "/components";

    public const string Actions = OmsUpgradePhases.Settle + "/actions";

    public static string Image(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "image");

    public static string Leftover(string node) =>
        PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "remove-leftover");

    public static string Create(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "create");

    public static string CopyJar(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "copy-jar");

    /// <summary>The check of the files in the new container's image.</summary>
    public static string Contents(string node) => PlannedStep.Id(OmsUpgradePhases.PrepareImage, node, "contents");

    public static string DisableHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.DisableHA, node, "restart-console");

    /// <summary>A batch of projects that get another name because they share theirs.</summary>
    public static string Rename(int batch) =>
        string.Create(CultureInfo.InvariantCulture, $"{OmsUpgradePhases.RenameProjects}/batch-{batch}");

    public static string StopOld(string node) => PlannedStep.Id(OmsUpgradePhases.StopOld, node);

    public static string Trim(string database) => PlannedStep.Id(OmsUpgradePhases.Backup, database, "trim");

    public static string StartNew(string node) => PlannedStep.Id(OmsUpgradePhases.StartNew, node);

    public static string Supervisor(string node) => PlannedStep.Id(OmsUpgradePhases.StartNew, node, "supervisor");

    public static string CorrectionPrograms(string node) =>
        PlannedStep.Id(OmsUpgradePhases.CorrectMetadata, node, "programs");

    public static string CorrectionConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.CorrectMetadata, node, "stop-console");

    public static string Jar(string node) => PlannedStep.Id(OmsUpgradePhases.CorrectMetadata, node, "jar");

    public static string InitPrograms(string node) =>
        PlannedStep.Id(OmsUpgradePhases.InitMetadata, node, "programs");

    public static string InitWait(string node) => PlannedStep.Id(OmsUpgradePhases.InitMetadata, node, "wait");

    public static string Init(string node) => PlannedStep.Id(OmsUpgradePhases.InitMetadata, node);

    public static string InitConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.InitMetadata, node, "start-console");

    public static string VerifyPrograms(string node) => PlannedStep.Id(OmsUpgradePhases.Verify, node, "programs");

    public static string Health(string node) => PlannedStep.Id(OmsUpgradePhases.Verify, node, "health");

    public static string Version(string node) => PlannedStep.Id(OmsUpgradePhases.Verify, node, "version");

    public static string RestartPolicy(string node) =>
        PlannedStep.Id(OmsUpgradePhases.Verify, node, "restart-policy");

    public static string EnableHAConsole(string node) =>
        PlannedStep.Id(OmsUpgradePhases.EnableHA, node, "restart-console");

    public static string Settled(string node) => PlannedStep.Id(OmsUpgradePhases.Settle, node, "programs");
}
