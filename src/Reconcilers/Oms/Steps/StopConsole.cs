using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Stops oms_console: the correction JAR must not run while any console does
/// (docs/research/oms.md#correction-jar). One that has ended (EXITED, FATAL) cannot be stopped and need not be; it is
/// never started here. The command is prepared before its id is stored and started by that id, so that a start that
/// arrives late, when the console runs again, is refused.</summary>
/// <param name="Container">Name or id of the container.</param>
internal sealed record StopConsole(string Container) : OmsStep
{
    private const string ExecKey = "exec";

    internal override string Verb => "stop-console";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Stop oms_console on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var state = (await ProgramsAsync(context, Container, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            SupervisorState.Stopped or SupervisorState.Fatal =>
                new Observation.Done($"oms_console is {Word(state)}."),

            // supervisord may be about to start one again that has just exited.
            SupervisorState.Exited when context.Step.Attempt > 0 => new Observation.Done("oms_console is EXITED."),
            SupervisorState.Stopping => new Observation.Running("oms_console is STOPPING."),
            null => new Observation.Unknown($"supervisord on {context.Node} does not list oms_console."),
            _ => new Observation.NotStarted($"oms_console is {Word(state)}."),
        };
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(ExecKey) is { } reserved && await IsWaitingAsync(context, reserved, cancellationToken))
        {
            return Receipt(context);
        }

        var exec = await Docker(context).Exec.ExecCreateContainerAsync(
            Container,
            new ContainerExecCreateParameters
            {
                Cmd = ["supervisorctl", "stop", OmsPrograms.Console],
                AttachStdout = true,
                AttachStderr = true,
            },
            cancellationToken);
        return Entry(ExecKey, exec);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Docker(context).Exec.StartAndAttachContainerExecAsync(
                context.Receipt(ExecKey)!, new ContainerExecAttachParameters(), cancellationToken);
            var text = answer.Stdout + answer.Stderr;

            // The program ended in the meantime: the next observation tells its state.
            if (!text.Contains("not running", StringComparison.Ordinal))
            {
                ThrowIfRefused(context, "stop", OmsPrograms.Console, text);
            }
        }
        catch (DockerConflictException)
        {
            // It was started before: the next observation tells the outcome.
        }
    }

    /// <summary>Whether a console in this state writes nothing and does not start again.</summary>
    public static bool IsDown(SupervisorState? state) =>
        state is SupervisorState.Stopped or SupervisorState.Fatal or SupervisorState.Exited;

    private static string? Word(SupervisorState? state) => state?.ToString().ToUpperInvariant();

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
