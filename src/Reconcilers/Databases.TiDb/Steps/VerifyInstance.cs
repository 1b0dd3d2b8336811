namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Verifies that an instance is upgraded: its one process runs the new program and listens, the cluster
/// considers it healthy, and all of that was so for spec.settle without a restart. A process that exits and is
/// restarted every few seconds may look up at each observation (docs/research/tidb.md#tidb-ansible). An instance that
/// is down is started, as often as needed until spec.timeouts.verify is over: the limit is that of the step, not of
/// each start.</summary>
internal abstract record VerifyInstance : TiDbStep
{
    /// <summary>Receipt key: since when the step has been waiting.</summary>
    public const string SinceKey = "since";

    // Start times are known to within a second.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    // This many restarts by the supervisor within spec.settle are not a coincidence.
    private const int TooManyRestarts = 3;

    private readonly SettleEnd _end = new();

    private TimeSpan Settle => KubernetesDuration.Parse(Spec.Settle);

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        _end.Forget();
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (await UnhealthyAsync(context, instance, process, cancellationToken) is { } unhealthy)
        {
            return Limited(context, unhealthy);
        }

        if (await AfterwardsAsync(context, instance, process, cancellationToken) is { } missing)
        {
            return missing;
        }

        var left = Settle - await HealthyForAsync(context, instance, process, cancellationToken);
        if (left <= TimeSpan.Zero)
        {
            return new Observation.Done();
        }

        _end.Settles(context.Time.GetUtcNow() + left);
        return new Observation.Running(
            $"{instance.Name} is healthy; {KubernetesDuration.Format(left)} of spec.settle {Spec.Settle} left.");
    });

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pause = _end.Pause(PauseAfter(context.Waited), context.Time.GetUtcNow());
        return Task.Delay(pause, context.Time, cancellationToken);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var host = Targets.Hosts.Instance(instance.Name);
        var process = await host.LookAsync(cancellationToken);
        var unhealthy = await PatientlyAsync(
            async () => await UnhealthyAsync(context, instance, process, cancellationToken)
                ?? new Observation.Done());
        if (unhealthy is Observation.Done)
        {
            Targets.EnsureMayAct();
            await RestoreAsync(cancellationToken);
            return;
        }

        if (IsLate(context))
        {
            Targets.EnsureMayAct();
            await RestoreAsync(cancellationToken);
            throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} on {instance.Host} did not become healthy on {Spec.ToVersion} within "
                + $"{Spec.Timeouts.Verify} (spec.timeouts.verify): {unhealthy.Message} "
                + $"Check its log below {instance.DeployDir}/log, fix the cause, then retry."
                + await LogAsync(instance, cancellationToken),
                retryable: false);
        }

        if (process.IsAlive)
        {
            throw NotYet(Reasons.InstanceUnhealthy, unhealthy.Message ?? "");
        }

        try
        {
            await host.StartAsync(Spec.Package.Directory, cancellationToken);
        }
        catch (HostException exception) when (exception.IsRetryable)
        {
            throw NotYet(exception.Reason, exception.Message);
        }
    }

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(SinceKey) is not null
                ? Receipt(context)
                : Entry(SinceKey, Timestamps.Text(Began(context))));

    protected abstract Task<Observation?> InClusterAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken);

    protected virtual Task<Observation?> AfterwardsAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken) => Task.FromResult<Observation?>(null);

    protected virtual Task RestoreAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<Observation?> UnhealthyAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken) =>
        await OnHostAsync(context, instance, process, cancellationToken)
        ?? await InClusterAsync(context, instance, process, cancellationToken);

    // Executed once more after its time, the step removes what the drain left and fails.
    private Observation Limited(StepContext context, Observation unhealthy) => unhealthy switch
    {
        Observation.NotStarted => new Observation.NotStarted(unhealthy.Message) { IsSameAttempt = true },
        Observation.Running when IsLate(context) =>
            new Observation.NotStarted(unhealthy.Message) { IsSameAttempt = true },

        // The receipt is of an attempt that has ended: a new one makes the time start again.
        Observation.Running when context.Step.StartedAt is null && context.Receipt(SinceKey) is not null =>
            new Observation.NotStarted(unhealthy.Message) { IsSameAttempt = true },
        _ => unhealthy,
    };

    // Before an attempt has begun, its receipt is that of the former one.
    private bool IsLate(StepContext context)
    {
        var recorded = context.Step.StartedAt is null ? null : Timestamps.Parse(context.Receipt(SinceKey));
        var waited = context.Time.GetUtcNow() - (recorded ?? Began(context));
        return waited >= KubernetesDuration.Parse(Spec.Timeouts.Verify);
    }

    private async Task<Observation?> OnHostAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var where = $"{instance.Name} on {instance.Host}";
        var log = $"{instance.DeployDir}/log";
        var restarts = process.Restarts ?? 0;
        if (restarts >= TooManyRestarts
            && await HealthyForAsync(context, instance, process, cancellationToken) < Settle)
        {
            return new Observation.Failed(Reasons.InstanceUnhealthy, string.Create(
                CultureInfo.InvariantCulture,
                $"{where} was restarted {restarts} times by its supervisor and does not stay up "
                + $"({process.SupervisionText}). Check its log below {log}, fix the cause, then retry.")
                + await LogAsync(instance, cancellationToken));
        }

        if (process.Pid is null)
        {
            return process.Supervision == SupervisionState.Restarting
                ? new Observation.Running($"{where} is being restarted by its supervisor ({process.SupervisionText}).")
                : new Observation.NotStarted(
                    $"{where} is not running ({process.SupervisionText}). Check its log below {log}.");
        }

        if (!InstancePrograms.RunsNew(process, InstancePrograms.NewSha256(Targets, context.Plan, instance)))
        {
            return InstancePrograms.IsStarting(process, instance)
                ? new Observation.Running(string.Create(
                    CultureInfo.InvariantCulture, $"{where} is being started (pid {process.Pid})."))
                : new Observation.Failed(
                    Reasons.InstanceUnhealthy,
                    $"{where} runs {process.Executable}, which is not the program of {Spec.ToVersion}: it was started "
                    + "from outside. Stop it, then retry.");
        }

        if (process.Strays.Count > 0)
        {
            return new Observation.Failed(
                Reasons.ProcessLivesOn,
                $"Unexpected processes run beside {where} (pid {process.Pid}): {SwapInstance.Strays(process)}. "
                + "Stop them, then retry.");
        }

        return process.IsListening
            ? null
            : new Observation.Running($"{where} does not listen on port {Spec.Service(instance).Port} yet.");
    }

    private Task<string> LogAsync(DatabaseInstance instance, CancellationToken cancellationToken) => LogTail.ReadAsync(
        Targets.Hosts.Files(instance.Host), Targets.Redact, [$"{instance.DeployDir}/log"], cancellationToken);

    // Since the later of: the start of the process, by its host's clock; the end of the swap step, by the operator's.
    private async Task<TimeSpan> HealthyForAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var swap = context.Plan.Steps.Find(s => s.Id == TiDbStepIds.Swap(instance));
        if (process.StartedAt is not { } started)
        {
            return now - (swap?.FinishedAt ?? now);
        }

        if (Timestamps.Parse(swap?.Recorded(SwapInstance.StartedAtFact)) is { } same
            && (same - started).Duration() <= Precision
            && swap?.FinishedAt is { } seen)
        {
            return now - seen;
        }

        return now + await Targets.Hosts.Files(instance.Host).ClockOffsetAsync(cancellationToken) - started;
    }
}
