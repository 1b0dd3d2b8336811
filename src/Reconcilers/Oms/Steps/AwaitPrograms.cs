namespace Drydock.Reconcilers.Oms;

/// <summary>The named programs are RUNNING (others may be in any state that lasts). supervisord of OMS does not retry
/// automatically (startretries=0; docs/research/oms.md#programs), so a program in FATAL, EXITED or STOPPED gets one
/// start, unless any lasting state is good.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="Running">Programs that must be RUNNING.</param>
/// <param name="Settled">Programs that only must not be starting or stopping; they are never started.</param>
/// <param name="IfListed">Programs that must be RUNNING if supervisord of the container has them.</param>
[Acceptable]
internal sealed record AwaitPrograms(
    string Container,
    List<string> Running,
    List<string>? Settled = null,
    List<string>? IfListed = null) : OmsStep, IWaitsOnly
{
    private const string StartedKey = "started";

    internal override string Verb => "programs";
    internal override int Attempts => 2;

    internal override string Title(string? node) => Running.Contains(OmsPrograms.Console)
        ? $"Check that all programs run on {node}"
        : $"Check the programs on {node}";

    private List<string> Of(SupervisorStatus programs) =>
    [
        .. Running,
        .. (IfListed ?? []).Where(p => programs.Find(p) is not null),
        .. Settled ?? [],
    ];

    private bool MayEnd(string program) => Settled?.Contains(program, StringComparer.Ordinal) == true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, Container, cancellationToken);
        if (!programs.Answered)
        {
            return new Observation.Running($"supervisord on {context.Node} does not answer yet.");
        }

        var compared = Of(programs);
        var bad = compared.Where(p => !IsGood(programs, p)).ToList();
        if (bad.Count == 0)
        {
            return new Observation.Done($"Running: {string.Join(", ", compared.Where(programs.IsRunning))}.");
        }

        var listed = string.Join(", ", programs.NotRunning(bad));
        if (!bad.Exists(p => NeedsStart(programs, p)))
        {
            return new Observation.Running($"Waiting: {listed}.");
        }

        var message = $"Programs in {Container} on {context.Node} are not running: {listed}. "
            + "The operator tried one start. Check the program's log under /home/admin/logs in the container and "
            + $"start it (`docker exec {Container} supervisorctl start PROGRAM`), then retry.";
        return context.Step switch
        {
            { Attempt: 0 } => new Observation.NotStarted($"Not running: {listed}."),

            // This attempt has started the program already; only the administrator can give it another.
            { StartedAt: not null } when context.Receipt(StartedKey) is not null =>
                throw new StepActionException(Reasons.ComponentsUnhealthy, message, retryable: false),
            _ => new Observation.Failed(Reasons.ComponentsUnhealthy, message),
        };
    }

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Entry(StartedKey, "true"));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, Container, cancellationToken);
        foreach (var program in Of(programs).Where(p => NeedsStart(programs, p)))
        {
            await SupervisorctlAsync(context, Container, "start", program, cancellationToken);
        }
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        PauseOrEventAsync(context, cancellationToken);

    private bool IsGood(SupervisorStatus programs, string program) =>
        MayEnd(program)
            ? programs.StateOf(program)
                is not (SupervisorState.Starting or SupervisorState.Backoff or SupervisorState.Stopping)
            : programs.IsRunning(program);

    private bool NeedsStart(SupervisorStatus programs, string program) =>
        !MayEnd(program)
        && programs.StateOf(program) is (SupervisorState.Fatal or SupervisorState.Exited or SupervisorState.Stopped);
}
