namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The names of the actions and guard checks that stand in plans of OmsUpgrade. A name never changes its meaning:
/// stored plans refer to it.
/// </summary>
internal static class OmsActions
{
    /// <summary><see cref="Steps.PrepareImage"/>.</summary>
    public const string PrepareImage = nameof(PrepareImage);

    /// <summary><see cref="Steps.CompareImages"/>.</summary>
    public const string CompareImages = nameof(CompareImages);

    /// <summary><see cref="Steps.CreateContainer"/>.</summary>
    public const string CreateContainer = nameof(CreateContainer);

    /// <summary><see cref="Steps.InspectImageContents"/>.</summary>
    public const string InspectImageContents = nameof(InspectImageContents);

    /// <summary><see cref="Steps.DisableHighAvailability"/>.</summary>
    public const string DisableHighAvailability = nameof(DisableHighAvailability);

    /// <summary><see cref="Steps.AwaitManualHighAvailability"/>.</summary>
    public const string AwaitManualHighAvailability = nameof(AwaitManualHighAvailability);

    /// <summary><see cref="Steps.RestartConsole"/>.</summary>
    public const string RestartConsole = nameof(RestartConsole);

    /// <summary><see cref="Steps.ConfirmHighAvailability"/>.</summary>
    public const string ConfirmHighAvailability = nameof(ConfirmHighAvailability);

    /// <summary><see cref="Steps.StopContainer"/>.</summary>
    public const string StopContainer = nameof(StopContainer);

    /// <summary><see cref="Steps.AwaitNoSessions"/>.</summary>
    public const string AwaitNoSessions = nameof(AwaitNoSessions);

    /// <summary><see cref="Steps.TrimHeartbeatSequence"/>.</summary>
    public const string TrimHeartbeatSequence = nameof(TrimHeartbeatSequence);

    /// <summary><see cref="Steps.TakeSnapshot"/>.</summary>
    public const string TakeSnapshot = nameof(TakeSnapshot);

    /// <summary><see cref="Steps.StartContainer"/>.</summary>
    public const string StartContainer = nameof(StartContainer);

    /// <summary><see cref="Steps.AwaitSupervisor"/>.</summary>
    public const string AwaitSupervisor = nameof(AwaitSupervisor);

    /// <summary><see cref="Steps.AwaitPrograms"/>.</summary>
    public const string AwaitPrograms = nameof(AwaitPrograms);

    /// <summary><see cref="Steps.StopConsole"/>.</summary>
    public const string StopConsole = nameof(StopConsole);

    /// <summary><see cref="Steps.RunCorrectionJar"/>.</summary>
    public const string RunCorrectionJar = nameof(RunCorrectionJar);

    /// <summary><see cref="Steps.RunDockerInit"/>.</summary>
    public const string RunDockerInit = nameof(RunDockerInit);

    /// <summary><see cref="Steps.StartConsole"/>.</summary>
    public const string StartConsole = nameof(StartConsole);

    /// <summary><see cref="Steps.CheckHealth"/>.</summary>
    public const string CheckHealth = nameof(CheckHealth);

    /// <summary><see cref="Steps.AwaitHostsOnline"/>.</summary>
    public const string AwaitHostsOnline = nameof(AwaitHostsOnline);

    /// <summary><see cref="Steps.CompareProjects"/>.</summary>
    public const string CompareProjects = nameof(CompareProjects);

    /// <summary><see cref="Steps.ResumeProjects"/>.</summary>
    public const string ResumeProjects = nameof(ResumeProjects);

    /// <summary><see cref="Steps.AwaitComponents"/>.</summary>
    public const string AwaitComponents = nameof(AwaitComponents);

    /// <summary><see cref="Steps.SetRestartPolicy"/>.</summary>
    public const string SetRestartPolicy = nameof(SetRestartPolicy);

    /// <summary><see cref="Steps.EnableHighAvailability"/>.</summary>
    public const string EnableHighAvailability = nameof(EnableHighAvailability);

    /// <summary><see cref="Steps.RenameProjects"/>.</summary>
    public const string RenameProjects = nameof(RenameProjects);

    /// <summary><see cref="Steps.RestoreProjectNames"/>.</summary>
    public const string RestoreProjectNames = nameof(RestoreProjectNames);

    /// <summary><see cref="Steps.RestoreHighAvailability"/>.</summary>
    public const string RestoreHighAvailability = nameof(RestoreHighAvailability);

    /// <summary><see cref="Steps.RemoveContainer"/>.</summary>
    public const string RemoveContainer = nameof(RemoveContainer);

    /// <summary><see cref="Steps.RemoveImage"/>.</summary>
    public const string RemoveImage = nameof(RemoveImage);

    /// <summary><see cref="Steps.StartOldContainer"/>.</summary>
    public const string StartOldContainer = nameof(StartOldContainer);

    /// <summary><see cref="Steps.SwitchOffHighAvailability"/>.</summary>
    public const string SwitchOffHighAvailability = nameof(SwitchOffHighAvailability);

    /// <summary><see cref="Steps.ReinstateHighAvailability"/>.</summary>
    public const string ReinstateHighAvailability = nameof(ReinstateHighAvailability);

    /// <summary><see cref="Steps.RestoreDatabases"/>.</summary>
    public const string RestoreDatabases = nameof(RestoreDatabases);

    /// <summary><see cref="Steps.RemoveOldContainer"/>.</summary>
    public const string RemoveOldContainer = nameof(RemoveOldContainer);

    /// <summary><see cref="Steps.RemoveOldImage"/>.</summary>
    public const string RemoveOldImage = nameof(RemoveOldImage);

    /// <summary><see cref="Steps.ListActions"/>.</summary>
    public const string ListActions = nameof(ListActions);

    /// <summary>
    /// Whether an action only waits for something, so that leaving it half way leaves nothing half done.
    /// </summary>
    public static bool OnlyWaits(string action) =>
        action is AwaitManualHighAvailability or AwaitNoSessions or AwaitSupervisor or AwaitPrograms or AwaitHostsOnline or CheckHealth or CompareProjects or AwaitComponents or ListActions;
}
