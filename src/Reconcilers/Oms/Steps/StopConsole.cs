using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Stops oms_console: the correction JAR must not run while any console does
/// (docs/project/research/oms.md#correction-jar). One that has ended (EXITED, FATAL) cannot be stopped and need not be;
/// it is never started here. The command is prepared before its id is stored and started by that id, so that a start
/// that arrives late, when the console runs again, is refused.</summary>
internal sealed record StopConsole(string Container) : OmsStep
{
    private const string ExecKey = "exec";

    internal override string Verb => "stop-console";
    internal override int Attempts => 3;
    internal override string Title(string? node) => $"Stop oms_console on {node}";
    internal override string Runs => Exec(Container, "supervisorctl", "stop", OmsPrograms.Console);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var state = (await ProgramsAsync(context, Container, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            SupervisorState.Stopped or SupervisorState.Fatal =>
                new Done($"oms_console is {state?.Word() ?? "not listed"}."),

            // supervisord may be about to start one again that has just exited.
            SupervisorState.Exited when context.Step.Attempt > 0 => new Done("oms_console is EXITED."),
            SupervisorState.Stopping => new Running("oms_console is STOPPING."),
            null => new Unknown($"supervisord on {context.Node} does not list oms_console."),
            _ => new NotStarted($"oms_console is {state?.Word() ?? "not listed"}."),
        };
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(ExecKey) is { } reserved
            && await FindExecAsync(context, reserved, cancellationToken) is { NotStarted: true })
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

}
