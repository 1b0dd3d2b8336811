namespace Drydock.Reconcilers.Oms;

/// <summary>Waits until supervisord in a started container answers.</summary>
internal sealed record AwaitSupervisor(string Container) : OmsStep, IWaitsOnly
{
    internal override string Verb => "supervisor";
    internal override string Title(string? node) => $"Wait for supervisord on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken) is not { State.Running: true })
        {
            return new Failed(Reasons.ComponentsUnhealthy, NotRunning(context, Container));
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        return programs.Answered
            ? new Done(
                $"supervisord lists {programs.Programs.Count} programs.",
                context.Step.Phase == OmsUpgradePhases.StartNew
                    ? await MetadataContent.RecordAsync(Targets, context, cancellationToken)
                    : null)
            : new Running($"supervisord does not answer yet ({string.Join(' ', programs.OtherLines.Take(1))}).");
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        PauseOrEventAsync(context, cancellationToken);
}

/// <summary>The named programs are RUNNING (others may be in any state that lasts). supervisord of OMS does not retry
/// automatically (startretries=0; docs/project/research/oms.md#programs), so a program in FATAL, EXITED or STOPPED gets
/// one start, unless any lasting state is good.</summary>
/// <param name="Running">Programs that must be RUNNING.</param>
/// <param name="Settled">Programs that only must not be starting or stopping; they are never started.</param>
/// <param name="IfListed">Programs that must be RUNNING if supervisord of the container has them.</param>
[Acceptable]
internal sealed record AwaitPrograms(
    string Container,
    [property: Measured] List<string> Running,
    List<string>? Settled = null,
    [property: Measured] List<string>? IfListed = null) : OmsStep, IWaitsOnly
{
    private const string StartedKey = "started";

    internal override string Verb => "programs";
    internal override int Attempts => 2;
    internal override string Title(string? node) => Running.Contains(OmsPrograms.Console)
        ? $"Check that all programs run on {node}"
        : $"Check the programs on {node}";

    /// <summary>The programs that are compared, by what supervisord lists.</summary>
    internal List<string> Of(SupervisorStatus programs) =>
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
            return new Running($"supervisord on {context.Node} does not answer yet.");
        }

        var compared = Of(programs);
        var bad = compared.Where(p => !IsGood(programs, p)).ToList();
        if (bad.Count == 0)
        {
            return new Done($"Running: {string.Join(", ", compared.Where(programs.IsRunning))}.");
        }

        var listed = string.Join(", ", programs.NotRunning(bad));
        if (!bad.Exists(p => NeedsStart(programs, p)))
        {
            return new Running($"Waiting: {listed}.");
        }

        var message = $"Programs in {Container} on {context.Node} are not running: {listed}. "
            + "The operator tried one start. Check the program's log under /home/admin/logs in the container and "
            + $"start it (`docker exec {Container} supervisorctl start PROGRAM`), then retry.";
        return context.Step switch
        {
            { Attempt: 0 } => new NotStarted($"Not running: {listed}."),

            // This attempt has started the program already; only the administrator can give it another.
            { StartedAt: not null } when context.Receipt(StartedKey) is not null =>
                throw new StepActionException(Reasons.ComponentsUnhealthy, message, retryable: false),
            _ => new Failed(Reasons.ComponentsUnhealthy, message),
        };
    }

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
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

/// <summary>The health endpoint does not say that OMS is unhealthy, where the version has one
/// (docs/project/research/oms.md#console-api). No vendor page documents the endpoint, so everything but a well-formed
/// answer means that there is none, and programs and heartbeats decide.</summary>
/// <param name="UnhealthyBefore">Whether the old version said already that it is not healthy.</param>
[Acceptable]
internal sealed record CheckHealth(
    string Container,
    int Port,
    bool Https = false,
    string Path = "/oms/health",
    [property: Measured] bool UnhealthyBefore = false) : OmsStep, IWaitsOnly
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal override string Verb => "health";
    internal override string Title(string? node) => $"Check the health endpoint of {node}";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(context, cancellationToken);
        var unhealthy = $"{answer.Message} and says that OMS is not healthy.";
        return answer.Healthy switch
        {
            true => new Done("The health endpoint reports healthy."),
            false when UnhealthyBefore => new Done(
                $"{unhealthy} It said so before the upgrade too. Programs and heartbeats decide."),
            false => new Running(unhealthy),
            null when answer is { CanAsk: true, Serves: false }
                && !IsOver(context, whole => Shorter(Patience, whole / 2)) =>
                new Running(Sentences.Close(answer.Message)),
            _ => new Done(
                $"There is no health endpoint: {Sentences.Close(answer.Message)} Programs and heartbeats decide."),
        };
    }

    private async Task<HttpAnswer> AskAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ContainerHttp.GetAsync(Docker(context), Container, Port, Https, Path, cancellationToken);
        }
        catch (DockerConflictException)
        {
            throw await RefusedAsync(context, Container, cancellationToken);
        }
    }
}

/// <summary>Reads which version the new container reports: <c>imageVersion</c> in its supervisor.json, otherwise the
/// name of its image (docs/project/research/oms.md#programs). Another version than the one that was asked for is a task
/// for the administrator and never a failure: how OMS fills the file is not documented.</summary>
[Acceptable]
internal sealed record ReadVersion(string Container, string Expected) : OmsStep, IWaitsOnly
{
    /// <summary>Fact: the version that the container reports; absent if it reports none.</summary>
    public const string VersionFact = "version";

    /// <summary>Fact: why the version is not the one that was asked for, as a message; absent if it is.</summary>
    public const string MismatchFact = "mismatch";

    internal override string Verb => "version";
    internal override int Attempts => 3;
    internal override string Title(string? node) => $"Read the version in {Container} on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken) is not { } container)
        {
            throw Down(context, Container);
        }

        var (version, by) = await ContainerVersion.ReadAsync(Docker(context), container, cancellationToken);
        if (version is null)
        {
            return new Done(
                $"{Container} on {context.Node} does not report its version: neither {ContainerVersion.File} nor {by}, "
                + "says it.");
        }

        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { [VersionFact] = version.Display };
        var said = $"{Container} on {context.Node} runs version {version} according to {by}";
        if (!Fits(version, OmsVersion.Parse(Expected)))
        {
            facts[MismatchFact] = $"{said}, but spec.toVersion is {Expected}. Check in the console (Help > About "
                + "OMS) which version runs, and which image was loaded.";
        }

        return new Done($"{said}.", facts);
    }

    // Not every name says the bugfix pack, and not every version the edition.
    private static bool Fits(OmsVersion version, OmsVersion expected) =>
        version.IsSameRelease(expected)
        && (version.BugfixPack == 0 || expected.BugfixPack == 0 || version.BugfixPack == expected.BugfixPack)
        && (!version.Community || expected.Community);
}
