namespace Drydock.Reconcilers.Oms;

/// <summary>Restarts oms_console, which reads ha.config when it starts. Done when it runs with another process than the
/// one in the receipt and serves again, so that the console of the next node is not restarted while this one starts;
/// with OnlyIfRunning also when it does not run.</summary>
/// <param name="OnlyIfRunning">Whether a console that does not run is left as it is.</param>
/// <param name="Port">The port on which it must serve; null if it did not answer there in preflight.</param>
internal sealed record RestartConsole(
    string Container,
    bool OnlyIfRunning = false,
    [property: Measured] int? Port = null,
    bool Https = false) : OmsStep, IConsent
{
    private const string BeforeKey = "pidBefore";

    /// <summary>How long to wait until a running console serves; after that the step ends without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // In every other phase OMS is down before it.
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) => own.Phase != OmsUpgradePhases.DisableHA
        ? []
        : [new(ConsentWeight.Less, "Each console is restarted, one after the other.") { LastsStep = true }];

    internal override string Verb => "restart-console";
    internal override string Title(string? node) => $"Restart oms_console on {node}";
    internal override string Runs => Exec(Container, "supervisorctl", "restart", OmsPrograms.Console);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (OnlyIfRunning
            && await InspectAsync(context, Container, cancellationToken) is not { State.Running: true })
        {
            return new Done($"{Container} on {context.Node} is not running.");
        }

        var before = context.Receipt(BeforeKey);
        if (before is null && !OnlyIfRunning)
        {
            return new NotStarted($"oms_console on {context.Node} has not been looked at yet.");
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        var console = programs.Find(OmsPrograms.Console);
        if (OnlyIfRunning
            && console?.State is (null or SupervisorState.Fatal or SupervisorState.Exited or SupervisorState.Stopped))
        {
            return new Done($"oms_console on {context.Node} is not running, so it writes nothing.");
        }

        if (before is null)
        {
            return new NotStarted($"oms_console on {context.Node} has not been looked at yet.");
        }

        return console?.State switch
        {
            SupervisorState.Running when Pid(console) != before =>
                await ServesAsync(context, Pid(console), cancellationToken),
            SupervisorState.Running or SupervisorState.Stopped =>
                new NotStarted($"oms_console on {context.Node} has not been restarted."),
            SupervisorState.Starting or SupervisorState.Stopping or SupervisorState.Backoff =>
                new Running($"oms_console is {console.State.Word()}."),
            null => new Unknown($"supervisord on {context.Node} does not list oms_console."),
            _ => Down(context, console.State),
        };
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(BeforeKey) is not null)
        {
            return Receipt(context);
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        return Entry(BeforeKey, programs.Find(OmsPrograms.Console) is { } console ? Pid(console) : "0");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        SupervisorctlAsync(context, Container, "restart", OmsPrograms.Console, cancellationToken);

    public static Failed Down(StepContext context, SupervisorState state) => new(
        Reasons.ComponentsUnhealthy,
        $"oms_console on {context.Node} is {state.Word()}. See /home/admin/logs/oms_console_stderr.log in the "
            + "container.");

    // RUNNING means that its process has lived for some seconds, not that it answers.
    private async Task<Observation> ServesAsync(StepContext context, string pid, CancellationToken cancellationToken)
    {
        var runs = $"oms_console runs as process {pid}.";
        if (Port is not { } port)
        {
            return new Done(runs);
        }

        var answer = await ContainerHttp.GetAsync(Docker(context), Container, port, Https, "/", cancellationToken);
        if (answer.Serves)
        {
            return new Done($"{runs} It serves again.");
        }

        return answer.CanAsk && !IsOver(context, whole => Shorter(Patience, whole / 2))
            ? new Running(Sentences.Join(runs, "It does not serve yet:", Sentences.Close(answer.Message)))
            : new Done(Sentences.Join(runs, "It is not known to serve:", Sentences.Close(answer.Message)));
    }

    private static string Pid(SupervisorProgram program) => $"{program.Pid ?? 0}";
}

/// <summary>On a node where docker_init.sh does not run: enables autostart of oms_console and starts it if it does not
/// run (docs/project/research/oms.md#initialisation).</summary>
internal sealed record StartConsole(string Container) : OmsStep
{
    private const string Ini = "/etc/supervisor/conf.d/oms_console.ini";

    internal override string Verb => "start-console";
    internal override int Attempts => 3;
    internal override string Title(string? node) => $"Start oms_console on {node}";
    internal override string Runs =>
        $"{Exec(Container, Autostart)}; {Exec(Container, "supervisorctl", "start", OmsPrograms.Console)}";

    private static readonly string[] Autostart = ["sed", "-i", "s/autostart = false/autostart = true/g", Ini];

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ini = await Docker(context).Containers.ReadFileAsync(Container, Ini, 1024 * 1024, cancellationToken);
        if (ini is not null
            && Encoding.UTF8.GetString(ini).Contains("autostart = false", StringComparison.Ordinal))
        {
            // Asked also here, so that a container that is down is reported as such.
            await ProgramsAsync(context, Container, cancellationToken);
            return new NotStarted("Autostart of oms_console is off.");
        }

        var state = (await ProgramsAsync(context, Container, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            SupervisorState.Running => new Done("oms_console runs, and its autostart is on."),
            SupervisorState.Starting or SupervisorState.Backoff or SupervisorState.Stopping =>
                new Running($"oms_console is {state.Value.Word()}."),
            SupervisorState.Fatal or SupervisorState.Exited when context.Step.Attempt > 0 =>
                RestartConsole.Down(context, state.Value),
            _ => new NotStarted($"oms_console is {state?.Word() ?? "not listed"}."),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Docker(context).RunExecAsync(Container, Autostart, cancellationToken);
        if (!(await ProgramsAsync(context, Container, cancellationToken)).IsRunning(OmsPrograms.Console))
        {
            await SupervisorctlAsync(context, Container, "start", OmsPrograms.Console, cancellationToken);
        }
    }
}
