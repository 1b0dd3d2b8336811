using Drydock.Clients.Docker;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Stops oms_console and sees it STOPPED: the correction JAR must not run while any console does
/// (docs/research/oms.md#correction-jar). The command is prepared before its id goes to status and started by that id,
/// so that a start that arrives late, when the console runs again, is refused.
/// </summary>
internal sealed class StopConsole(IOmsTargets targets) : OmsStep(targets)
{
    private const string ExecKey = "exec";

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
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(ExecKey) is { } reserved && await IsWaitingAsync(context, reserved, cancellationToken))
        {
            return context.Step.Receipt!;
        }

        var exec = await Docker(context).Exec.ExecCreateContainerAsync(
            context.Parameter("container"),
            new ContainerExecCreateParameters { Cmd = ["supervisorctl", "stop", OmsPrograms.Console], AttachStdout = true, AttachStderr = true },
            cancellationToken);
        return Fact(ExecKey, exec.ID);
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Docker(context).Exec.StartAndAttachContainerExecAsync(context.Receipt(ExecKey)!, new ContainerExecAttachParameters(), cancellationToken);
            ThrowIfRefused(context, "stop", OmsPrograms.Console, answer.Stdout.Text + answer.Stderr.Text);
        }
        catch (DockerConflictException)
        {
            // It was started before: the look that follows tells what came of it.
        }
    }

    private async Task<bool> IsWaitingAsync(StepContext context, string execId, CancellationToken cancellationToken)
    {
        try
        {
            return (await Docker(context).Exec.InspectContainerExecAsync(execId, cancellationToken)).NotStarted;
        }
        catch (DockerNotFoundException)
        {
            return false;
        }
    }
}
