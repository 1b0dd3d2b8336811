namespace Drydock.Reconcilers.Oms;

/// <summary>On a node where docker_init.sh does not run: enables autostart of oms_console and starts it if it does not
/// run (docs/research/oms.md#initialisation).</summary>
/// <param name="Container">Name or id of the container.</param>
internal sealed record StartConsole(string Container) : OmsStep
{
    private const string Ini = "/etc/supervisor/conf.d/oms_console.ini";

    internal override string Verb => "start-console";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Start oms_console on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ini = await Docker(context).Containers.ReadFileAsync(Container, Ini, 1024 * 1024, cancellationToken);
        if (ini is not null
            && Encoding.UTF8.GetString(ini).Contains("autostart = false", StringComparison.Ordinal))
        {
            // Asked also here, so that a container that is down is reported as such.
            await ProgramsAsync(context, Container, cancellationToken);
            return new Observation.NotStarted("Autostart of oms_console is off.");
        }

        var state = (await ProgramsAsync(context, Container, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            SupervisorState.Running => new Observation.Done("oms_console runs, and its autostart is on."),
            SupervisorState.Starting or SupervisorState.Backoff or SupervisorState.Stopping =>
                new Observation.Running($"oms_console is {state}."),
            SupervisorState.Fatal or SupervisorState.Exited when context.Step.Attempt > 0 => new Observation.Failed(
                Reasons.ComponentsUnhealthy,
                $"oms_console on {context.Node} is {state}. "
                + "See /home/admin/logs/oms_console_stderr.log in the container."),
            _ => new Observation.NotStarted($"oms_console is {state?.ToString() ?? "not listed"}."),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Docker(context).RunExecAsync(
            Container, ["sed", "-i", "s/autostart = false/autostart = true/g", Ini], cancellationToken);
        if (!(await ProgramsAsync(context, Container, cancellationToken)).IsRunning(OmsPrograms.Console))
        {
            await SupervisorctlAsync(context, Container, "start", OmsPrograms.Console, cancellationToken);
        }
    }
}
