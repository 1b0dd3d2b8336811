using Drydock.Engine.Actions;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Oms;

/// <summary>The actions and guard checks of OmsUpgrade, bound to one upgrade's targets.</summary>
internal sealed class OmsStepCatalog : IStepCatalog
{
    private readonly Dictionary<string, IStepAction> _actions;
    private readonly Dictionary<string, IGuardCheck> _guards;

    /// <summary>Binds them.</summary>
    public OmsStepCatalog(IOmsTargets targets)
    {
        _actions = new IStepAction[]
        {
            new PrepareImage(targets), new CompareImages(targets), new CreateContainer(targets), new InspectImageContents(targets),
            new DisableHighAvailability(targets), new AwaitManualHighAvailability(targets), new RestartConsole(targets), new ConfirmHighAvailability(targets),
            new StopContainer(targets), new AwaitNoSessions(targets), new TrimHeartbeatSequence(targets), new TakeSnapshot(targets),
            new StartContainer(targets), new AwaitSupervisor(targets), new AwaitPrograms(targets), new StopConsole(targets),
            new RunCorrectionJar(targets), new RunDockerInit(targets), new StartConsole(targets),
            new CheckHealth(targets), new AwaitHostsOnline(targets), new CompareProjects(targets), new ResumeProjects(targets), new AwaitComponents(targets), new SetRestartPolicy(targets),
            new EnableHighAvailability(targets), new ListActions(targets), new RenameProjects(targets), new RestoreProjectNames(targets),
            new RestoreHighAvailability(targets), new RemoveContainer(targets), new RemoveImage(targets),
            new StartOldContainer(targets), new SwitchOffHighAvailability(targets), new ReinstateHighAvailability(targets), new RestoreDatabases(targets),
            new RemoveOldContainer(targets), new RemoveOldImage(targets),
        }.ToDictionary(a => a.Name, StringComparer.Ordinal);
        _guards = new IGuardCheck[]
        {
            new ContainerStaysStopped(targets), new HighAvailabilityStaysOff(targets), new ContainerIsAsPlanned(targets), new SnapshotIsThere(targets),
        }.ToDictionary(g => g.Name, StringComparer.Ordinal);
    }

    /// <summary>Names of all actions.</summary>
    public IReadOnlyCollection<string> ActionNames => _actions.Keys;

    /// <inheritdoc />
    public IStepAction Action(string name) =>
        _actions.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"This operator knows no action '{name}': the plan was made by a newer one. Install that version again and let the run end.");

    /// <inheritdoc />
    public IGuardCheck Guard(string name) =>
        _guards.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"This operator knows no guard '{name}': the plan was made by a newer one. Install that version again and let the run end.");
}
