using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Domain;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>Stops oms_console and sees it STOPPED: the correction JAR must not run while any console does (runbook §4.4 2).</summary>
public sealed class StopConsole(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var state = (await ProgramsAsync(context, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            SupervisorState.Stopped => new Observation.Done("oms_console is STOPPED"),
            SupervisorState.Stopping => new Observation.Running("oms_console is STOPPING"),
            null => new Observation.Unknown($"supervisord on {Node(context)} does not list oms_console"),
            _ => new Observation.NotStarted($"oms_console is {state}"),
        };
    }

    /// <inheritdoc />
    public override Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
        SupervisorctlAsync(context, "stop", OmsPrograms.Console, cancellationToken);
}
