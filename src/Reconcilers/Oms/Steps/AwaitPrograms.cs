namespace Drydock.Reconcilers.Oms;

/// <summary>The named programs are RUNNING (others may be in any state that lasts). supervisord of OMS does not retry
/// automatically (startretries=0; docs/research/oms.md#programs), so a program in FATAL, EXITED or STOPPED gets one
/// start, unless any lasting state is good.</summary>
[Acceptable]
internal sealed class AwaitPrograms(IOmsTargets targets) : OmsStep<AwaitPrograms.Args>(targets), IWaitsOnly
{
    private const string StartedKey = "started";

    /// <param name="Container">Name or id of the container.</param>
    /// <param name="Running">Programs that must be RUNNING.</param>
    /// <param name="Settled">Programs that only must not be starting or stopping; they are never started.</param>
    /// <param name="IfListed">Programs that must be RUNNING if supervisord of the container has them.</param>
    public sealed record Args(
        string Container, List<string> Running, List<string>? Settled = null, List<string>? IfListed = null)
    {
        internal List<string> Of(SupervisorStatus programs) =>
        [
            .. Running,
            .. (IfListed ?? []).Where(p => programs.Find(p) is not null),
            .. Settled ?? [],
        ];

        internal bool MayEnd(string program) => Settled?.Contains(program, StringComparer.Ordinal) == true;
    }

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, args.Container, cancellationToken);
        if (!programs.Answered)
        {
            return new Observation.Running($"supervisord on {context.Node} does not answer yet.");
        }

        var compared = args.Of(programs);
        var bad = compared.Where(p => !IsGood(programs, p, args)).ToList();
        if (bad.Count == 0)
        {
            return new Observation.Done(
                $"Running: {string.Join(", ", compared.Where(programs.IsRunning))}.");
        }

        var listed = string.Join(", ", programs.NotRunning(bad));
        if (!bad.Exists(p => NeedsStart(programs, p, args)))
        {
            return new Observation.Running($"Waiting: {listed}.");
        }

        var message = $"Programs in {args.Container} on {context.Node} are not running: {listed}. "
            + "The operator tried one start. Check the program's log under /home/admin/logs in the container and "
            + $"start it (`docker exec {args.Container} supervisorctl start PROGRAM`), then retry.";
        return context.Step switch
        {
            { Attempt: 0 } => new Observation.NotStarted($"Not running: {listed}."),

            // This attempt has started the program already; only the administrator can give it another.
            { StartedAt: not null } when context.Receipt(StartedKey) is not null =>
                throw new StepActionException(Reasons.ComponentsUnhealthy, message, retryable: false),
            _ => new Observation.Failed(Reasons.ComponentsUnhealthy, message),
        };
    }

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        Task.FromResult(Entry(StartedKey, "true"));

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, args.Container, cancellationToken);
        foreach (var program in args.Of(programs).Where(p => NeedsStart(programs, p, args)))
        {
            await SupervisorctlAsync(context, args.Container, "start", program, cancellationToken);
        }
    }

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        PauseOrEventAsync(context, cancellationToken);

    private static bool IsGood(SupervisorStatus programs, string program, Args args) =>
        args.MayEnd(program)
            ? programs.StateOf(program)
                is not (SupervisorState.Starting or SupervisorState.Backoff or SupervisorState.Stopping)
            : programs.IsRunning(program);

    private static bool NeedsStart(SupervisorStatus programs, string program, Args args) =>
        !args.MayEnd(program)
        && programs.StateOf(program) is (SupervisorState.Fatal or SupervisorState.Exited or SupervisorState.Stopped);
}
