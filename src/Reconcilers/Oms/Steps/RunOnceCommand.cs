namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the two commands that must never run twice on the same data; see
/// <see cref="WitnessedExec"/>.</summary>
internal abstract record RunOnceCommand(string Container) : OmsStep
{
    /// <summary>Where the witness files are.</summary>
    public const string LogsMount = "/home/admin/logs";

    /// <summary>Lists the processes that run one of the commands: number, a blank, command line. The brackets keep the
    /// script from finding itself.</summary>
    public const string Running =
        """
        for f in /proc/[0-9]*/cmdline; do
          c=$(tr '\0' ' ' < "$f" 2>/dev/null | grep -E 'docker_init[.]sh|[-]jar .*-mupgrade') || continue
          p=${f#/proc/}; echo "${p%/cmdline} $c"
        done
        exit 0
        """;

    // Where a command ran that this upgrade did not start; Asked once an administrator was asked about it. Only a retry
    // lets the step be prepared again after that.
    private const string ElsewhereFact = "ranElsewhere";
    private const string Asked = "asked";

    private const int LongestLog = 64 * 1024 * 1024;
    private const int StoreTries = 3;

    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    protected abstract Task<(string Directory, IReadOnlyList<string> Command)> CommandAsync(
        StepContext context, InspectedContainer container, CancellationToken cancellationToken);

    /// <summary>Why the command must not be reserved yet; null if it may be.</summary>
    protected virtual Task<Observation.Failed?> ObstacleAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<Observation.Failed?>(null);

    protected abstract Observation Judge(StepContext context, int exitCode, string log);

    protected string? Excerpt(string log) => OutputExcerpt.Of(Targets.Redactor.RedactTail(log[WholeLines(log)..]));

    protected string? Errors(string log) => OutputExcerpt.Errors(JarOutput.Errors(log).Select(Targets.Redactor.Redact));

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        // Without a receipt nothing was reserved; a directory of this attempt cannot exist.
        if (context.Receipt(WitnessedExec.DirectoryKey) is null)
        {
            return new NotStarted();
        }

        try
        {
            var exec = Exec(context);
            var outcome = await exec.LookAsync(context.Receipt(WitnessedExec.ExecKey), cancellationToken);
            return outcome.State switch
            {
                WitnessedState.NotStarted => new NotStarted(),
                WitnessedState.Running => new Running(outcome.Message),
                WitnessedState.NeverRan => new NotStarted(outcome.Message),
                _ => await EndAsync(context, exec, outcome, cancellationToken),
            };
        }
        catch (DockerNotFoundException)
        {
            return new Unknown(
                $"{Container} on {context.Node} was removed, and with it the evidence whether the command ended. "
                + "The operator does not create it again. "
                + "spec.desiredState: RolledBack restores the databases and rolls back.");
        }
    }

    private async Task<Observation> EndAsync(
        StepContext context, WitnessedExec exec, WitnessedOutcome outcome, CancellationToken cancellationToken)
    {
        var log = await exec.OutputAsync(LongestLog, cancellationToken);
        Observation end = outcome.State == WitnessedState.Ended
            ? Judge(context, outcome.ExitCode!.Value, Encoding.UTF8.GetString(log ?? []))
            : new Unknown(
                Sentences.Join(
                    $"{context.Node}: {outcome.Message}",
                    "The command is not repeated on this data: the snapshot has to be restored first."),
                IsPermanent: true);
        return log is null ? end : await KeepAsync(context, end, log, cancellationToken);
    }

    // The run does not depend on it: the whole output stays on the host.
    private async Task<Observation> KeepAsync(
        StepContext context, Observation end, byte[] log, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return end with
                {
                    OutputRef = await Targets.Overflow.StoreOutputAsync(
                        Targets.Upgrade.Metadata,
                        context,
                        Targets.Redactor.RedactTail(Encoding.UTF8.GetString(log)),
                        cancellationToken),
                };
            }
            catch (KubernetesException exception) when (tries < StoreTries && MayPass(exception))
            {
                await Task.Delay(StorePause, context.Time, cancellationToken);
            }
            catch (KubernetesException exception)
            {
                return end with
                {
                    Message = Sentences.Join(end.Message, $"The end of its output was not kept: {exception.Message}"),
                };
            }
        }
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ReserveAsync(context, cancellationToken);
        }
        catch (DockerException exception) when (MayPass(exception))
        {
            throw NotTaken(context, exception);
        }
    }

    private async Task<Receipt> ReserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inspected = InspectRunningAsync(context, cancellationToken);
        var found = ObstacleAsync(context, cancellationToken);

        // Of several failures the first of these is thrown, so a host that fails hides no command on another one.
        await Task.WhenAll(RequireAloneAsync(context, cancellationToken), inspected, found);
        var container = await inspected;
        if (await found is { } obstacle)
        {
            throw new StepActionException(obstacle.Reason, obstacle.Message!, retryable: !MayBeAccepted(obstacle));
        }

        // An exec that was used up before its command began (no room for the witness) cannot be started again; another
        // one replaces it.
        if (context.Receipt(WitnessedExec.ExecKey) is { } reserved
            && context.Receipt(WitnessedExec.ContainerKey) == container.ID
            && await FindExecAsync(context, reserved, cancellationToken) is { HasEnded: false })
        {
            return Receipt(context);
        }

        var (workingDirectory, command) = await CommandAsync(context, container, cancellationToken);
        var directory = WitnessedExec.DirectoryOf(LogsMount, context);
        return await new WitnessedExec(Docker(context), container.ID, directory)
            .ReserveAsync(workingDirectory, command, cancellationToken);
    }

    private async Task<InspectedContainer> InspectRunningAsync(
        StepContext context, CancellationToken cancellationToken) =>
        await InspectAsync(context, Container, cancellationToken) is { State.Running: true } running
            ? running
            : throw Down(context, Container);

    // A command that somebody started by hand changes the same metadata.
    private async Task RequireAloneAsync(StepContext context, CancellationToken cancellationToken)
    {
        // Each look starts a program in a container, during the downtime: so all at once.
        var looks = context.Plan.Steps.Where(s => s.Is<StartContainer>())
            .Select(s => (s.Node, s.As<StartContainer>().Container)).ToList();
        var found = looks.ConvertAll(l => RunningAsync(l.Node!, l.Container, cancellationToken));
        await ((Task)Task.WhenAll(found)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var ((node, container), look) in looks.Zip(found))
        {
            if (look.IsCompletedSuccessfully && await look is [var pid, var command])
            {
                var where = $"process {pid} in {container} on {node}";
                throw new StepActionException(
                    Reasons.CommandRunsElsewhere,
                    $"{where} runs '{ForeignText.Words(command, SchemaLimits.Name)}', and this upgrade did not start "
                    + "it. Two such commands at a time damage the metadata, so the step waits for its end.")
                {
                    NotTaken = true,
                    Facts = Entry(ElsewhereFact, where),
                };
            }
        }

        await Task.WhenAll(found);
        if (context.Recorded(context.Step.Id, ElsewhereFact) is { } ran and not Asked)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"While this step waited, a command that this upgrade did not start ran on the same metadata ({ran}). "
                + "It has ended. Read its output. If it did the work of this step or changed the metadata, roll back; "
                + "if it changed nothing, retry, and the step runs its own command.",
                retryable: false)
            {
                Facts = Entry(ElsewhereFact, Asked),
            };
        }
    }

    private async Task<string[]> RunningAsync(string node, string container, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Targets.Docker(node).RunExecAsync(
                container, ["/bin/sh", "-c", Running, "drydock-running"], cancellationToken);
            return found.Stdout.Trim().Split('\n')[0].Split(' ', 2);
        }
        catch (Exception exception) when (exception is DockerConflictException or DockerNotFoundException)
        {
            // A container that does not run runs no command.
            return [];
        }
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Exec(context).StartAsync(context.Receipt(WitnessedExec.ExecKey)!, cancellationToken);
        }
        catch (DockerException exception) when (MayPass(exception))
        {
            // The request may still arrive, or have arrived before: this exec id starts once, and the witness of this
            // attempt lets one command through. The next observation tells the outcome of that one execution.
            throw NotTaken(context, exception);
        }
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Exec(context).WaitAsync(context.Receipt(WitnessedExec.ExecKey), context.Time, cancellationToken);

    private WitnessedExec Exec(StepContext context) => new(
        Docker(context),
        context.Receipt(WitnessedExec.ContainerKey)!,
        context.Receipt(WitnessedExec.DirectoryKey)!);

    private static StepActionException NotTaken(StepContext context, Exception exception) =>
        new(
            Reasons.HostUnreachable,
            Sentences.Close($"dockerd on {context.Node} did not accept the command: {exception.Message}"),
            retryable: true,
            exception)
        {
            NotTaken = true,
        };

    // Answers of a dockerd that stops or starts, or a broken connection to it. It also answers 404 for an exec that it
    // forgot, and 409 for one that was started.
    private static bool MayPass(DockerException exception) => exception
        is DockerUnreachableException or DockerStreamException or DockerProtocolException
        or DockerNotFoundException or DockerConflictException
        or DockerApiException { StatusCode: >= HttpStatusCode.InternalServerError };

    // A write that is repeated finds its own Secret.
    private static bool MayPass(KubernetesException exception) =>
        exception.IsTransient || exception is KubernetesOutcomeUnknownException;

    // Where the last lines begin: a line is never cut before its secrets are masked.
    private static int WholeLines(string log) => log.Length <= Redactor.KeptBytes
        ? 0
        : log.IndexOf('\n', log.Length - Redactor.KeptBytes) is >= 0 and var end ? end + 1 : log.Length;
}
