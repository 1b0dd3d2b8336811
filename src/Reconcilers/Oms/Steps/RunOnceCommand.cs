namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the two commands that must never run twice on the same data; see
/// <see cref="WitnessedExec"/>.</summary>
internal abstract record RunOnceCommand(string Container) : OmsStep
{
    /// <summary>Where the witness files are.</summary>
    public const string LogsMount = "/home/admin/logs";

    // Where a command ran that this upgrade did not start; Asked and the changes of tables, once an administrator was
    // asked about them. Only a retry lets the step be prepared again after that.
    private const string ElsewhereFact = "ranElsewhere";
    private const string Asked = "asked";

    private const int LongestLog = 64 * 1024 * 1024;
    private const int StoreTries = 3;
    private const int Named = 5;

    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    protected abstract Task<(string Directory, IReadOnlyList<string> Command)> CommandAsync(
        StepContext context, InspectedContainer container, CancellationToken cancellationToken);

    /// <summary>Why the command must not be reserved yet; null if it may be.</summary>
    protected virtual Task<Observation.Failed?> ObstacleAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<Observation.Failed?>(null);

    protected override bool MayBeAccepted(Observation.Failed failure) => false;

    protected abstract Observation Judge(StepContext context, int exitCode, string log);

    protected string? Excerpt(string log) => OutputExcerpt.Of(Targets.Redactor.RedactTail(log[WholeLines(log)..]));

    protected string? Errors(string log) => OutputExcerpt.Errors(JarOutput.Errors(log).Select(Targets.Redactor.Redact));

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        // Without a receipt nothing was reserved, as far as the status knows.
        if (context.Receipt(WitnessedExec.DirectoryKey) is null)
        {
            return new NotStarted("The command was not reserved.");
        }

        try
        {
            var exec = Exec(context);
            var outcome = await exec.LookAsync(context.Receipt(WitnessedExec.ExecKey), cancellationToken);
            return outcome.State switch
            {
                WitnessedState.NotStarted => new NotStarted("The command has left no trace on the node."),
                WitnessedState.Running => new Running(outcome.Message),
                WitnessedState.NeverRan => new NotStarted(outcome.Message ?? "The command never ran."),
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
                    "It never runs twice on the same data: restore the snapshot first."),
                IsPermanent: true);
        end = await RecordAsync(context, end, cancellationToken);
        return log is null ? end : await KeepAsync(context, end, log, cancellationToken);
    }

    // A server that cannot be read hides no result.
    private async Task<Observation> RecordAsync(
        StepContext context, Observation end, CancellationToken cancellationToken)
    {
        try
        {
            var content = await MetadataContent.RecordAsync(Targets, context, cancellationToken);
            return end switch
            {
                Done done => done with
                {
                    Facts = content.Concat(done.Facts ?? Entries()).ToDictionary(StringComparer.Ordinal),
                },
                Failed failed => failed with { Facts = content },
                _ => end,
            };
        }
        catch (OmsMetadataException exception)
        {
            var why = $"Tables are not compared later: {exception.Message}";
            return end with { Message = Sentences.Join(end.Message, why) };
        }
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
        // Each starts a program in a container, during the downtime: so all at once. Of several failures that of the
        // looks is thrown, so a host that fails hides no command on another one.
        var looks = Targets.Witnesses.Looks(context.Plan, ForeignCommand.Script, cancellationToken);
        var inspected = InspectRunningAsync(context, cancellationToken);
        var found = ObstacleAsync(context, cancellationToken);
        await Task.WhenAll([.. looks, inspected, found]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var seen = looks.Where(look => look.IsCompletedSuccessfully).Select(look => look.Result).ToList();
        var own = seen.SelectMany(s => s.Started).FirstOrDefault(w => w.PlanId == context.Plan.Id
            && w.Step == WitnessedExec.NameOf(context.Step.Id) && w.Attempt == context.Step.Attempt);
        if (own is { IsClosed: false })
        {
            // This very attempt was started, and the status was put back.
            return context.Receipt(WitnessedExec.DirectoryKey) == own.Directory ? Receipt(context) : Entries(
                (WitnessedExec.ContainerKey, Container), (WitnessedExec.DirectoryKey, own.Directory));
        }

        RequireAlone(context, seen);
        await Task.WhenAll(looks);
        await RequireCurrentAsync(context, seen, own, cancellationToken);
        var container = await inspected;
        if (await found is { } obstacle)
        {
            throw new StepActionException(obstacle.Reason, obstacle.Message!, retryable: !MayBeAccepted(obstacle));
        }

        await RequireUnchangedAsync(context, cancellationToken);

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

    // A command that others started by hand changes the same metadata. That of docker_init.sh shows in the tables
    // afterwards.
    private static void RequireAlone(StepContext context, IEnumerable<NodeWitnesses> seen)
    {
        var commands = seen.SelectMany(look => look.Also.Select(ForeignCommand.Read).OfType<ForeignCommand>()
            .Select(command => command with { Pid = $"{command.Pid} in {look.Container} on {look.Node}" }));
        if (commands.OrderByDescending(command => command.IsJar).FirstOrDefault() is { } command)
        {
            var where = $"process {command.Pid}";
            throw new StepActionException(
                Reasons.CommandRunsElsewhere,
                $"{where} runs '{ForeignText.Words(command.CommandLine, SchemaLimits.Name)}', and this upgrade did not "
                + "start it. Two such commands at a time damage the metadata, so the step waits for its end.")
            {
                NotTaken = true,
                Facts = command.IsJar || MetadataContent.Last(context.Plan) is null
                    ? Entry(ElsewhereFact, where)
                    : null,
            };
        }
    }

    // What the status does not know of may have changed the data already.
    private async Task RequireCurrentAsync(
        StepContext context, IReadOnlyList<NodeWitnesses> seen, Witness? own, CancellationToken cancellationToken)
    {
        var plan = context.Plan;
        var unexplained = own is null ? Targets.Witnesses.Unexplained(plan, seen, context.Step) : [own];
        var unmarked = seen.FirstOrDefault(s => !s.IsStoppedBy(plan));
        if (unexplained.Count > 0 || unmarked is not null)
        {
            var result = unmarked is null ? await ResultAsync(context, unexplained, cancellationToken) : null;
            throw new StepActionException(
                Reasons.StatusOutdated,
                Sentences.Join(
                    "Not started, because "
                    + (unexplained.Count > 0 ? Witness.Describe(unexplained)
                        : $"{LogsMount} on {unmarked!.Node} has no mark of the stop by this plan: another volume is "
                        + "mounted, or the status was restored from a backup. Mount the right volume, then retry."),
                    result,
                    "A rollback loses what was written since the snapshot."),
                retryable: false)
            {
                // It offered a result.
                MayBeAccepted = result is not null,
            };
        }
    }

    // A command of another author was seen, or has left other tables than the last command of this upgrade did.
    private async Task RequireUnchangedAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ran = context.Recorded(context.Step.Id, ElsewhereFact);
        var isSeen = ran?.StartsWith(Asked, StringComparison.Ordinal) == false;
        var last = MetadataContent.Last(context.Plan);
        var now = last is null ? null : await MetadataContent.ReadAsync(Targets, context.Plan, cancellationToken);
        var changes = now?.ChangesSince(last!.Value.Content) ?? [];
        var asked = $"{Asked} {string.Join(' ', changes)}".TrimEnd();
        if (ran == asked || (changes.Count == 0 && !isSeen))
        {
            return;
        }

        throw new StepActionException(
            Reasons.TargetChanged,
            Sentences.Join(
                isSeen ? $"A command that this upgrade did not start ran while this step waited ({ran}), and has ended."
                    : null,
                changes.Count == 0 ? null
                    : $"Others changed tables after {last!.Value.Step.Id} ended: "
                    + $"{Sentences.List(changes, Named, "; ")}.",
                "If that was the command, run by hand, roll back; otherwise retry, and the step runs its own."),
            retryable: false)
        {
            Facts = Entry(ElsewhereFact, asked),
        };
    }

    // What another plan began, and nothing has undone since, is the result of this step if it is known to be good.
    private async Task<string?> ResultAsync(
        StepContext context, List<Witness> unexplained, CancellationToken cancellationToken)
    {
        if (unexplained.Exists(w => w.IsClosed || w.PlanId == context.Plan.Id)
            || unexplained.FindAll(w => w.Step == WitnessedExec.NameOf(context.Step.Id)) is not [var foreign])
        {
            return null;
        }

        var exec = new WitnessedExec(Docker(context), Container, foreign.Directory);
        return await exec.LookAsync(execId: null, cancellationToken) is { ExitCode: { } code }
            && await exec.OutputAsync(LongestLog, cancellationToken) is { } log
            && Judge(context, code, Encoding.UTF8.GetString(log)) is Done { Message: var result }
            ? $"An acceptance takes the result in {foreign.Directory} on {foreign.Node}: {result}"
            : null;
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(WitnessedExec.ExecKey) is not { } exec)
        {
            // It was started before the status was put back.
            return;
        }

        try
        {
            await Exec(context).StartAsync(exec, cancellationToken);
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
