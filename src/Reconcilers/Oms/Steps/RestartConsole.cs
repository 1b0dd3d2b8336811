namespace Drydock.Reconcilers.Oms;

/// <summary>Restarts oms_console, which reads ha.config when it starts. Done when it runs with another process than the
/// one in the receipt and serves again, so that the console of the next node is not restarted while this one starts;
/// with OnlyIfRunning also when it does not run.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="OnlyIfRunning">Whether a console that does not run is left as it is.</param>
/// <param name="Port">The port on which it must serve; null if it did not answer there in preflight.</param>
/// <param name="Https">Whether it serves HTTPS.</param>
internal sealed record RestartConsole(
    string Container,
    bool OnlyIfRunning = false,
    int? Port = null,
    bool Https = false) : OmsStep
{
    private const string BeforeKey = "pidBefore";

    /// <summary>How long to wait until a running console serves; after that the step ends without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    internal override string Verb => "restart-console";

    internal override string Title(string? node) => $"Restart oms_console on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (OnlyIfRunning
            && await InspectAsync(context, Container, cancellationToken) is not { State.Running: true })
        {
            return new Observation.Done($"{Container} on {context.Node} is not running.");
        }

        var before = context.Receipt(BeforeKey);
        if (before is null && !OnlyIfRunning)
        {
            return new Observation.NotStarted();
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        var console = programs.Find(OmsPrograms.Console);
        if (OnlyIfRunning
            && console?.State is (null or SupervisorState.Fatal or SupervisorState.Exited or SupervisorState.Stopped))
        {
            return new Observation.Done($"oms_console on {context.Node} is not running, so it writes nothing.");
        }

        if (before is null)
        {
            return new Observation.NotStarted();
        }

        return console?.State switch
        {
            SupervisorState.Running when Pid(console) != before =>
                await ServesAsync(context, Pid(console), cancellationToken),
            SupervisorState.Running or SupervisorState.Stopped => new Observation.NotStarted(),
            SupervisorState.Starting or SupervisorState.Stopping or SupervisorState.Backoff =>
                new Observation.Running($"oms_console is {console.State}."),
            null => new Observation.Unknown($"supervisord on {context.Node} does not list oms_console."),
            _ => new Observation.Failed(
                Reasons.ComponentsUnhealthy,
                $"oms_console on {context.Node} is {console.State}. "
                + "See /home/admin/logs/oms_console_stderr.log in the container."),
        };
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
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

    // RUNNING means that its process has lived for some seconds, not that it answers.
    private async Task<Observation> ServesAsync(StepContext context, string pid, CancellationToken cancellationToken)
    {
        var runs = $"oms_console runs as process {pid}.";
        if (Port is not { } port)
        {
            return new Observation.Done(runs);
        }

        var answer = await ContainerHttp.GetAsync(Docker(context), Container, port, Https, "/", cancellationToken);
        if (answer.Serves)
        {
            return new Observation.Done($"{runs} It serves again.");
        }

        return answer.CanAsk && !IsOver(context, whole => Shorter(Patience, whole / 2))
            ? new Observation.Running(Sentences.Join(runs, "It does not serve yet:", Sentences.Close(answer.Message)))
            : new Observation.Done(Sentences.Join(runs, "It is not known to serve:", Sentences.Close(answer.Message)));
    }

    private static string Pid(SupervisorProgram program) =>
        (program.Pid ?? 0).ToString(CultureInfo.InvariantCulture);
}
