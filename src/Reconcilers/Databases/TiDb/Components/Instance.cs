namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Makes an instance unneeded before it is stopped.</summary>
[Step("drain")]
internal abstract record DrainInstance : TiDbStep
{
    public static bool Is(Step step) => Is(step.Planned);

    public static bool Is(PlannedStep step) => IsOf(step, "drain");

    // It may begin before the former instance is healthy.
    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        base.TimeLimit(spec) + KubernetesDuration.Parse(spec.Timeouts.Verify) + Later;

    /// <summary>Observes an instance while it runs the old program; any other needs no drain.</summary>
    protected Task<Observation> WhileOldRunsAsync(
        StepContext context, Func<DatabaseInstance, Task<Observation>> observe, CancellationToken cancellationToken) =>
        PatientlyAsync(() => WaitingLooks.ObserveAsync(
            context,
            async lookAge =>
            {
                if (await NeedsNoDrainAsync(context, lookAge, cancellationToken) is { } why)
                {
                    return (new Observation.Done(why), null);
                }

                var seen = await observe(Instance(context));
                return (seen, seen is Observation.Running ? WaitingLooks.ForCluster : null);
            }));

    protected async Task<string?> NeedsNoDrainAsync(
        StepContext context, TimeSpan? lookAge, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(context.Node).LookAsync(lookAge, cancellationToken);
        return Targets.Goal(context.Plan, Instance(context)).IsReached(process)
            ? $"{context.Node} already runs the new program."
            : process.IsAlive ? null : $"{context.Node} is not running.";
    }
}

/// <summary>Stops an instance, installs the new program and the new configuration file, and starts it. What its host
/// shows decides: an instance that runs the new program is never touched; one that runs the old program is stopped only
/// if the new one is ready beside it and <see cref="StopGate"/>, read right before, finds no problem; one that is down
/// is completed and started without further checks. A pump is only stopped: SIGTERM pauses it. Were it paused over
/// HTTP, it would end, and its supervisor would run the old program once more
/// (docs/project/research/tidb.md#pump-and-drainer).</summary>
/// <param name="Store">The store of a TiKV; null for other components.</param>
[Step(SwapInstance.VerbName)]
// A prepared program is removed with what the drain left.
[Effect(Effect.Changes)]
[Effect(Effect.EndsUndo)]
[Traits(Drains = true)]
internal sealed record SwapInstance(ulong? Store = null) : TiDbStep, IConsent
{
    public const string VerbName = "swap";

    /// <summary>Fact: when the new process was started, by its host's clock, to within a second.</summary>
    public const string StartedAtFact = "startedAt";

    internal override string? Told(DatabaseRollingUpgradeSpec spec, string? node) =>
        InstanceTargets.Replacing(spec, node);

    private TimeSpan Patience => KubernetesDuration.Parse(Spec.Timeouts.Swap);

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => base.TimeLimit(spec) + Later;

    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
    [
        own.Phase == DatabaseRollingUpgradePhases.UpgradeTiDB
            && plan.Steps.Count(s => s.Phase == own.Phase && IsOf(s.Planned, VerbName)) == 1
            ? new(ConsentWeight.Down, "SQL is down while the only tidb-server starts again.") { LastsStep = true }
            : SwapConsent.OneByOne,
    ];

    internal override IEnumerable<Leftover> Undo(Step own, PlanProgress run, DatabaseRollingUpgradeSpec spec) =>
        own.State != StepState.Succeeded && HasActed(own, run) ? [Leftover.PreparedProgram(own.Node!)] : [];

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var goal = Targets.Goal(context.Plan, instance);
        if (goal.IsReached(process))
        {
            return process.Strays.Count > 0
                ? new Observation.Failed(
                    Reasons.ProcessLivesOn,
                    $"{instance.Name} on {instance.Host} runs the new program (pid {process.Pid}), and unexpected "
                    + $"processes run beside it: {Strays(process)}. Stop them, then retry.")
                : await HasFormerFileAsync(context, instance, cancellationToken)
                ? throw new StepActionException(
                    Reasons.TargetChanged,
                    $"{instance.Name} on {instance.Host} runs the new program (pid {process.Pid}) with the "
                    + $"configuration file of {Spec.FromVersion}: it was started from outside before that file was "
                    + $"replaced. Stop {instance.Name}, then retry: the operator replaces the file and starts it.",
                    retryable: false)
                : new Observation.Done(
                    Facts: process.StartedAt is { } at ? Entry(StartedAtFact, Timestamps.Format(at)) : null);
        }

        if (process.IsAlive && process.InstalledSha256 == goal.Sha256 && Targets.IsStarting(process, instance))
        {
            return new Observation.Running($"{instance.Name} is being started.");
        }

        // A process that was started and exits again and again is reported by the next step, which verifies it.
        return process is { IsAlive: false, Supervision: SupervisionState.Restarting }
            && process.InstalledSha256 == goal.Sha256
            && !await HasFormerFileAsync(context, instance, cancellationToken)
            ? new Observation.Done(
                $"{instance.Name} was started and its supervisor restarts it ({process.SupervisionText}).")
            : new Observation.NotStarted(process.IsAlive
                ? $"{instance.Name} runs {process.Executable} (pid {process.Pid}), which is not the new program."
                : $"{instance.Name} is not running.");
    }

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        SinceAsync(context, context.Time.GetUtcNow());

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await SwapAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Store is not null && IsLast(context, exception))
        {
            // A step that fails removes what the drain left: an evicted store would stay without leaders permanently
            // (docs/project/research/tidb.md#rules).
            try
            {
                await Targets.Pd.LetLeadersBackAsync(Store.Value, cancellationToken);
            }
            catch (TargetException left)
            {
                var failure = exception as StepActionException ?? Failure(exception)!;
                throw new StepActionException(
                    failure.Reason,
                    $"{failure.Message} In addition, PD still keeps leaders away from store {Store}: {left.Message}",
                    retryable: false, exception);
            }

            throw;
        }
    }

    /// <summary>Prepares the new program beside the one that runs, so that the stop is short.</summary>
    internal static Task StageAsync(
        TiDbTargets targets, PlanProgress plan, DatabaseInstance instance, InstanceProcess process,
        CancellationToken cancellationToken)
    {
        targets.EnsureMayAct();
        var host = targets.Hosts.Instance(instance.Name);
        return new InstanceReplacement(host, targets.Spec.FromVersion).StageAsync(
            targets.Goal(plan, instance, process), ToolOutput.AskVersion, cancellationToken);
    }

    internal static string Strays(InstanceProcess process) =>
        string.Join(", ", process.Strays.Select(s => $"pid {s.Pid} ({s.Executable})"));

    private async Task SwapAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var host = Targets.Hosts.Instance(instance.Name);

        // ReplaceAsync looks again; the observation a moment ago tells what to prove before.
        var process = await host.LookAsync(StopGate.OldestLook, cancellationToken);
        var goal = Targets.Goal(context.Plan, instance, process);
        if (goal.IsReached(process))
        {
            return;
        }

        var file = await new ConfigurationInstall(Targets, context.Plan, instance).LeftAsync(cancellationToken);
        if (process.IsAlive)
        {
            await StageAsync(Targets, context.Plan, instance, process, cancellationToken);
        }

        Targets.EnsureMayAct();
        await new InstanceReplacement(host, Spec.FromVersion).ReplaceAsync(
            goal, file, _ => EnsureMayStopAsync(context, instance, cancellationToken), cancellationToken);
    }

    // An instance that an administrator replaced before this step began, or gave its file back after it was started,
    // has the file that it is to have.
    private async Task<bool> HasFormerFileAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        Since(context) is not null && context.Recorded(context.Step.Id, StartedAtFact) is null
        && await new ConfigurationInstall(Targets, context.Plan, instance).IsFormerAsync(cancellationToken);

    // The result of the drain may have changed since.
    private async Task EnsureMayStopAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        if (instance.Component == DatabaseComponent.PD)
        {
            await EnsureNotLeadingAsync(context, instance, cancellationToken);
        }
        else if (Store is { } store)
        {
            // It is done again after its limits were restored while the run was stopped.
            var hold = context.Plan.Step<HoldScheduling>();
            if (hold is { State: not StepState.Succeeded })
            {
                throw Refusal(context, $"{instance.Name} is not stopped before {hold.Id} is done. {hold.Message}");
            }

            if (hold is not null
                && await hold.As<HoldScheduling>().FindChangeAsync(Targets, cancellationToken) is { } change)
            {
                throw Refusal(context, $"{instance.Name} is not stopped. {change}");
            }

            await EnsureDrainedAsync(context, instance, store, cancellationToken);
        }

        var drain = context.Plan.Steps.Find(s => s.Node == instance.Name && DrainInstance.Is(s));
        var together = StoppedTogether.Others(context.Plan, drain);
        if (await new StopGate(Targets).ProblemsAsync(instance, together, cancellationToken) is
            { Count: > 0 } problems)
        {
            throw Refusal(context, $"{instance.Name} is not stopped: {string.Join(" ", problems)}");
        }
    }

    private async Task EnsureNotLeadingAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var members = await Targets.Pd.MembersAsync(cancellationToken);
        if (members.Members.Count >= PdLeadership.FewestToMove && PdLeadership.Leads(Spec, members, instance))
        {
            await PdLeadership.MoveAwayAsync(Targets, context.Plan, members, instance, cancellationToken);
            throw Refusal(
                context,
                $"{instance.Name} is not stopped: it became the PD leader again. A transfer was requested again.");
        }
    }

    private async Task EnsureDrainedAsync(
        StepContext context, DatabaseInstance instance, ulong store, CancellationToken cancellationToken)
    {
        // spec.drain.onTimeout lets the leaders stay that the drain left. Those that are there later get the time of
        // the swap to leave.
        var tolerated = DrainTikv.Before(
            context.Plan.Step<DrainTikv>(instance.Name)?.Recorded(DrainTikv.ProceededFact));
        var now = await StoreDrain.ReadAsync(Targets, instance, store, cancellationToken);
        var isHeard = HasWaited(context, DrainTikv.LongestHearing) || HasWaited(context, Patience);
        var isTolerated = tolerated is not null && now.IsEvicted && (now.IsCounted || isHeard)
            && (now.Leaders <= tolerated || HasWaited(context, Patience));
        var why = isTolerated ? null
            : now.IsOver ? (isHeard ? null : now.Unheard)
            : !now.IsEvicted ? "its evict-leader-scheduler is missing and is added."
            : !now.IsCounted ? DrainTikv.NotCounted
            : $"{now.Leaders} leaders returned and are moved away again.";
        if (why is null)
        {
            return;
        }

        if (!now.IsOver)
        {
            await Targets.Pd.EvictLeadersAsync(store, cancellationToken);
        }

        throw Refusal(context, $"{instance.Name} is not stopped: {why}");
    }

    // Repeated automatically until spec.timeouts.swap is over, then the step fails.
    private StepActionException Refusal(StepContext context, string message) => HasWaited(context, Patience)
        ? new StepActionException(
            Reasons.ClusterUnhealthy,
            $"{message} The operator waited {Spec.Timeouts.Swap} (spec.timeouts.swap). Fix the cause, then retry.",
            retryable: false)
        : NotYet(Reasons.ClusterUnhealthy, message);

    private static bool HasWaited(StepContext context, TimeSpan time) =>
        Since(context) is { } since && context.Time.GetUtcNow() - since >= time;

    private bool IsLast(StepContext context, Exception exception)
    {
        var failure = exception as StepActionException ?? (exception is HostException ? Failure(exception) : null);
        return failure is { NotTaken: false }
            && (!failure.Retryable || context.Step.Record.Tries >= context.Step.Planned.MaxAttempts);
    }
}

/// <summary>Verifies that an instance is upgraded: its one process runs the new program and listens, the cluster
/// considers it healthy, and all of that was so for spec.minHealthySeconds without a restart. A process that exits and
/// is restarted every few seconds may look up at each observation (docs/project/research/tidb.md#tidb-ansible). An
/// instance that is down is started, as often as needed until spec.timeouts.verify is over: the limit is that of the
/// step, not of each start.</summary>
[Step(VerifyInstance.VerbName)]
internal abstract record VerifyInstance : TiDbStep
{
    public const string VerbName = "verify";

    // Start times are known to within a second.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    // This many restarts by the supervisor within spec.minHealthySeconds are not a coincidence.
    private const int TooManyRestarts = 3;

    public static bool Is(Step step) => IsOf(step.Planned, VerbName);

    public sealed override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Verify) + spec.Settle + Later;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(() => WaitingLooks.ObserveAsync(
            context,
            async lookAge =>
            {
                var (seen, runs) = await ObserveAsync(context, lookAge, cancellationToken);
                return (seen, WaitingLooks.Age(seen, runs, Spec.Settle));
            }));

    private async Task<(Observation Seen, bool Runs)> ObserveAsync(
        StepContext context, TimeSpan? lookAge, CancellationToken cancellationToken)
    {
        var seen = await LookAsync(context, lookAge, cancellationToken);
        if (await OnHostAsync(seen, cancellationToken) is { } wrong)
        {
            return (Limited(context, wrong), false);
        }

        if (await InClusterAsync(seen, cancellationToken) is { } unhealthy)
        {
            return (Limited(context, unhealthy), true);
        }

        return (await AfterwardsAsync(seen, cancellationToken) ?? await SettlingAsync(seen, cancellationToken), true);
    }

    private async Task<Observation> SettlingAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var context = seen.Context;
        var left = Spec.Settle - await HealthyForAsync(seen, cancellationToken);
        if (left <= TimeSpan.Zero)
        {
            return new Observation.Done();
        }

        return new Observation.Running(
            $"{context.Node} is healthy; {KubernetesDuration.Format(left)} of {Spec.MinHealthySeconds} s are left "
            + "(spec.minHealthySeconds).")
        {
            EndsAt = context.Time.GetUtcNow() + left,
        };
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var seen = await LookAsync(context, lookAge: null, cancellationToken);
        var unhealthy = await PatientlyAsync(
            async () => await UnhealthyAsync(seen, cancellationToken) ?? new Observation.Done());
        if (unhealthy is Observation.Done)
        {
            await RestoreAsync(cancellationToken);
            return;
        }

        if (IsLate(context))
        {
            await RestoreAsync(cancellationToken);
            throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{seen.Where} did not become healthy on {Spec.ToVersion} within "
                + $"{Spec.Timeouts.Verify} (spec.timeouts.verify): {unhealthy.Message} "
                + $"Check its log below {seen.Log}, fix the cause, then retry."
                + await LogAsync(seen, cancellationToken),
                retryable: false);
        }

        if (seen.Process.IsAlive)
        {
            throw NotYet(Reasons.InstanceUnhealthy, unhealthy.Message ?? "");
        }

        try
        {
            await Targets.Hosts.Instance(context.Node).StartAsync(Spec.Package.Directory, cancellationToken);
        }
        catch (HostException exception) when (exception.IsRetryable)
        {
            throw NotYet(exception.Reason, exception.Message);
        }
    }

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        SinceAsync(context, Began(context));

    /// <summary>Why the cluster does not consider the instance healthy; null if it does.</summary>
    protected abstract Task<Observation?> InClusterAsync(SeenInstance seen, CancellationToken cancellationToken);

    /// <summary>What is missing once the instance is healthy; null if nothing.</summary>
    protected virtual Task<Observation?> AfterwardsAsync(SeenInstance seen, CancellationToken cancellationToken) =>
        Task.FromResult<Observation?>(null);

    protected virtual Task RestoreAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<SeenInstance> LookAsync(
        StepContext context, TimeSpan? lookAge, CancellationToken cancellationToken) => new(
        context, Instance(context), await Targets.Hosts.Instance(context.Node).LookAsync(lookAge, cancellationToken));

    private async Task<Observation?> UnhealthyAsync(SeenInstance seen, CancellationToken cancellationToken) =>
        await OnHostAsync(seen, cancellationToken) ?? await InClusterAsync(seen, cancellationToken);

    // Executed once more after its time, the step removes what the drain left and fails.
    private Observation Limited(StepContext context, Observation unhealthy)
    {
        // The receipt is of an attempt that has ended: a new one makes the time start again.
        var isOfFormer = context.Step.StartedAt is null && Since(context) is not null;
        return unhealthy is Observation.NotStarted
            || (unhealthy is Observation.Running && (isOfFormer || IsLate(context)))
            ? new Observation.NotStarted(unhealthy.Message ?? "") { IsSameAttempt = true }
            : unhealthy;
    }

    // Before an attempt has begun, its receipt is that of the former one.
    private bool IsLate(StepContext context)
    {
        var recorded = context.Step.StartedAt is null ? null : Since(context);
        var waited = context.Time.GetUtcNow() - (recorded ?? Began(context));
        return waited >= KubernetesDuration.Parse(Spec.Timeouts.Verify);
    }

    private async Task<Observation?> OnHostAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var (context, instance, process) = seen;
        var restarts = process.Restarts ?? 0;
        if (restarts >= TooManyRestarts
            && await HealthyForAsync(seen, cancellationToken) < Spec.Settle)
        {
            return new Observation.Failed(Reasons.InstanceUnhealthy, $"{seen.Where} was restarted {restarts} times by "
                + $"its supervisor and does not stay up ({process.SupervisionText}). Check its log below {seen.Log}, "
                + "fix the cause, then retry."
                + await LogAsync(seen, cancellationToken));
        }

        if (process.Pid is null)
        {
            return process.Supervision == SupervisionState.Restarting
                ? new Observation.Running(
                    $"{seen.Where} is being restarted by its supervisor ({process.SupervisionText}).")
                : new Observation.NotStarted(
                    $"{seen.Where} is not running ({process.SupervisionText}). Check its log below {seen.Log}.");
        }

        if (!Targets.Goal(context.Plan, instance).IsReached(process))
        {
            return Targets.IsStarting(process, instance)
                ? new Observation.Running($"{seen.Where} is being started (pid {process.Pid}).")
                : new Observation.Failed(
                    Reasons.InstanceUnhealthy,
                    $"{seen.Where} runs {process.Executable}, which is not the program of {Spec.ToVersion}: it was "
                    + "started from outside. Stop it, then retry.");
        }

        return process.Strays.Count > 0
            ? new Observation.Failed(
                Reasons.ProcessLivesOn,
                $"Unexpected processes run beside {seen.Where} (pid {process.Pid}): {SwapInstance.Strays(process)}. "
                + "Stop them, then retry.")
            : process.IsListening
            ? null
            : new Observation.Running($"{seen.Where} does not listen on port {Spec.Service(instance).Port} yet.");
    }

    private Task<string> LogAsync(SeenInstance seen, CancellationToken cancellationToken) => LogTail.ReadAsync(
        Targets.Hosts, seen.Instance, seen.Process, Targets.Redact, [seen.Log], cancellationToken);

    // Since the later of: the start of the process, by its host's clock; the end of the swap step, by the operator's.
    private async Task<TimeSpan> HealthyForAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var (context, instance, process) = seen;
        var now = context.Time.GetUtcNow();
        var swap = context.Plan.Step<SwapInstance>(instance.Name);
        if (process.StartedAt is not { } started)
        {
            return now - (swap?.FinishedAt ?? now);
        }

        return Timestamps.Parse(swap?.Recorded(SwapInstance.StartedAtFact)) is { } same
            && (same - started).Duration() <= Precision
            && swap?.FinishedAt is { } end
            ? now - end
            : now + await Targets.Hosts.Files(instance.Host).ClockOffsetAsync(cancellationToken) - started;
    }
}

/// <summary>An instance as its host showed it a moment ago.</summary>
internal sealed record SeenInstance(StepContext Context, DatabaseInstance Instance, InstanceProcess Process)
{
    public string Where => $"{Instance.Name} on {Instance.Host}";
    public string Log => $"{Instance.DeployDir}/log";
}
