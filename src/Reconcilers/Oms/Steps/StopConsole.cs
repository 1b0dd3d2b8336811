using Drydock.Clients.Docker;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Stops oms_console until supervisord reports STOPPED: the correction JAR must not run while any console does
/// (docs/research/oms.md#correction-jar). The command is prepared before its id is stored and started by that id, so
/// that a start that arrives late, when the console runs again, is refused.
/// </summary>
internal sealed class StopConsole(IOmsTargets targets) : OmsStep<StopConsole.Args>(targets)
{
    private const string ExecKey = "exec";

    /// <param name="Container">Name or id of the container.</param>
    public sealed record Args(string Container);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var state = (await ProgramsAsync(context, args.Container, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            SupervisorState.Stopped => new Observation.Done("oms_console is STOPPED."),
            SupervisorState.Stopping => new Observation.Running("oms_console is STOPPING."),
            null => new Observation.Unknown($"supervisord on {context.Node} does not list oms_console."),
            _ => new Observation.NotStarted($"oms_console is {state}."),
        };
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (context.Receipt(ExecKey) is { } reserved && await IsWaitingAsync(context, reserved, cancellationToken))
        {
            return Receipt(context);
        }

        var exec = await Docker(context).Exec.ExecCreateContainerAsync(
            args.Container,
            new ContainerExecCreateParameters
            {
                Cmd = ["supervisorctl", "stop", OmsPrograms.Console],
                AttachStdout = true,
                AttachStderr = true,
            },
            cancellationToken);
        return Entry(ExecKey, exec.ID);
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Docker(context).Exec.StartAndAttachContainerExecAsync(
                context.Receipt(ExecKey)!, new ContainerExecAttachParameters(), cancellationToken);
            ThrowIfRefused(context, "stop", OmsPrograms.Console, answer.Stdout.Text + answer.Stderr.Text);
        }
        catch (DockerConflictException)
        {
            // It was started before: the next observation tells the outcome.
        }
    }

    private async Task<bool> IsWaitingAsync(
        StepContext context, string execId, CancellationToken cancellationToken)
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
