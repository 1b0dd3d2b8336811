namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of the steps of one tablet server. While they run, the server is in the leader blacklist, which is
/// part of the configuration of the universe and outlives every process (docs/project/research/yugabytedb.md#rules). No
/// such step fails and leaves its server there: an attempt that can only fail is followed by one more, which removes
/// the server from the blacklist and then fails with the reason of the first. A <c>retry</c> token starts
/// over.</summary>
internal abstract record TserverStep : YugabyteStep
{
    internal override int Attempts => 4;

    public sealed override async Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var seen = await ReadAsync(context, cancellationToken);
        var isOver = seen is Observation.Done or Observation.Unknown;
        var givesUp = context.Receipt(GiveUp.ReasonReceipt) is not null || GiveUp.IsDue(context.Step);
        return isOver || !givesUp
            ? seen
            : new Observation.NotStarted("The server must be removed from the leader blacklist.");
    }

    public sealed override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var step = context.Step;
        return step is { Receipt: null, StartedAt: null, Reason: { } reason }
            && (GiveUp.IsDue(step) || step.Record.Tries + 1 >= step.Planned.MaxAttempts)
            ? Task.FromResult(GiveUp.Receipt(reason, step.Message ?? reason))
            : base.PrepareAsync(context, cancellationToken);
    }

    protected sealed override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        if (context.Receipt(GiveUp.ReasonReceipt) is { } reason)
        {
            var message = context.Receipt(GiveUp.MessageReceipt) ?? reason;
            await GiveUpAsync(instance, reason, message, cancellationToken);
        }

        try
        {
            await ExecuteAsync(context, instance, cancellationToken);
        }
        catch (Exception exception) when (
            (exception as StepActionException ?? Failure(exception)) is { Retryable: false } failure)
        {
            await GiveUpAsync(instance, failure.Reason, failure.Message, cancellationToken);
        }
    }

    protected abstract Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken);

    protected virtual Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    protected InstanceGoal Goal(StepContext context, DatabaseInstance instance)
    {
        var (replacement, version) = SwapTserver.Replacement(context.Plan, Swap(context, instance));
        return replacement.Goal(context.Plan, Cluster.Spec, instance, version);
    }

    protected GatedStop Stop(StepContext context, DatabaseInstance instance)
    {
        var form = Swap(context, instance).As<SwapTserver>().NodesSafe;
        return new GatedStop(instance, form ?? ProveAdminTool.NodesSafe(context.Plan))
        {
            Beside = Beside(context, instance),
            Former = form is null ? null : Goal(context, instance).Directory,
        };
    }

    /// <summary>The tablet servers that the plan stops beside one (spec.yugabyte.maxUnavailablePerZone). Each of them
    /// may be down, or about to be, while this one is drained, stopped or verified.</summary>
    protected IReadOnlyList<DatabaseInstance> Beside(StepContext context, DatabaseInstance instance)
    {
        var drain = context.Plan.Step<DrainTserver>(instance.Name, context.Step.Phase);
        var together = StoppedTogether.Others(context.Plan, drain);
        return [.. Cluster.Tservers.Where(t => together.Contains(t.Name, StringComparer.Ordinal))];
    }

    private static Step Swap(StepContext context, DatabaseInstance instance) =>
        context.Plan.Step<SwapTserver>(instance.Name, context.Step.Phase) ?? throw new KeyNotFoundException(
            $"The plan has no swap of {instance.Name} in {context.Step.Phase}; the stored plan does not fit.");

    private async Task GiveUpAsync(
        DatabaseInstance instance, string reason, string message, CancellationToken cancellationToken)
    {
        try
        {
            await Cluster.ReleaseAsync(instance, cancellationToken);
        }
        catch (Exception exception) when (Failure(exception) is { } failure)
        {
            var command = Cluster.ReleaseCommand(Cluster.Rpc(instance));
            throw new StepActionException(
                reason,
                $"{message} In addition, {instance.Name} could not be removed from the leader blacklist. "
                + $"{failure.Message} To remove it, run `{command}` on {Cluster.Hosts.ToolHost}.",
                retryable: true, exception);
        }

        throw new StepActionException(
            reason, $"{message} {instance.Name} is not in the leader blacklist any more.", retryable: false)
        {
            Facts = Entry(GiveUp.ReleasedFact, "true"),
        };
    }
}

/// <summary>The last attempt of a step of a tablet server, which only removes it from the leader blacklist.</summary>
internal static class GiveUp
{
    public const string ReasonReceipt = "giveUp";
    public const string MessageReceipt = "giveUpMessage";
    public const string ReleasedFact = "released";

    // Waiting a second time for the same changes nothing.
    private static readonly string[] OnceIsEnough =
    [
        Reasons.DrainTimeout, Reasons.ClusterUnhealthy, Reasons.NoLeader, Reasons.InstanceUnhealthy,
        Reasons.StepTimeout, Reasons.ProcessLivesOn,
    ];

    public static bool IsDue(Step step) =>
        step is { State: StepState.Pending, StartedAt: null, Record.Tries: > 0, Reason: { } reason }
        && OnceIsEnough.Contains(reason, StringComparer.Ordinal);

    public static Receipt Receipt(string reason, string message) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ReasonReceipt] = reason,
            [MessageReceipt] = WithoutCount(message),
        };

    /// <summary>Whether a step that failed has removed its server from the leader blacklist.</summary>
    public static bool HasReleased(PlanProgress plan, string instance) => plan.Steps.Exists(s =>
        s.Node == instance && s.State == StepState.Failed && s.Recorded(ReleasedFact) is not null);

    // The engine writes "attempt 1 of 4 failed, trying again: " before the message.
    private static string WithoutCount(string message) =>
        message.StartsWith("attempt ", StringComparison.OrdinalIgnoreCase)
        && message.IndexOf(": ", StringComparison.Ordinal) is var at and > 0
            ? message[(at + 2)..]
            : message;
}

/// <summary>Stops a drained tablet server, replaces its program and starts it
/// (docs/project/research/yugabytedb.md#procedure). The state of the cluster is read again immediately before the stop;
/// a server that has leaders again is drained again first.</summary>
/// <param name="Program">What is replaced by what; null, together with Version, if that is the same as on the first
/// tablet server of the phase: two plans of 300 servers must fit one object.</param>
/// <param name="Version">In a rollback: the version to go to; null for toVersion.</param>
/// <param name="Replicas">The replication factor if it is below three: an outage is expected, and leaders that
/// cannot move are not waited for. Null otherwise.</param>
/// <param name="NodesSafe">In a rollback: the form that the admin tool has; null reads the recorded one.</param>
[Step("swap")]
[Effect(Effect.Changes)]
[Effect(Effect.EndsUndo)]
internal sealed record SwapTserver(
    ProgramReplacement? Program = null, string? Version = null, int? Replicas = null,
    NodesSafeForm? NodesSafe = null) : TserverStep, IConsent
{
    internal override string? Told(DatabaseRollingUpgradeSpec spec, string? node) =>
        InstanceTargets.Replacing(spec, node);

    // A swap drains again only what returned since the drain.
    private static readonly TimeSpan LongestRedrain = TimeSpan.FromHours(6);

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        GatePatience(spec)
        + (spec.Drain.UpperLimit() ?? LongestRedrain)
        + KubernetesDuration.Parse(spec.Timeouts.Swap)
        + Margin;

    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [SwapConsent.Of(Replicas is not null, "tserver")];

    internal override YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) =>
        ProgramReplacement.Back(spec, done, own.Node, Replacement(done, own).Program) is { } back
            ? new YugabyteUndo(
                DatabaseRollingUpgradePhases.RollbackTServers, own.Node,
                new SwapTserver(back, spec.FromVersion, Replicas, ProveAdminTool.NodesSafe(done)),
                back)
            : null;

    public static (ProgramReplacement Program, string? Version) Replacement(PlanProgress plan, Step swap)
    {
        var named = swap.As<SwapTserver>();
        if (named.Program is null)
        {
            named = plan.Step<SwapTserver>(phase: swap.Phase)!.As<SwapTserver>();
        }

        return (named.Program ?? new ProgramReplacement(), named.Version);
    }

    protected override async Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        var process = await Cluster.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var goal = Goal(context, instance);
        var state = InstanceSwap.Read(process, goal);
        return InstanceSwap.Look(instance, state, $" (pid {process.Pid})", new Observation.Done())
            ?? new InstanceSwap(Cluster).Judge(
                instance, process, goal,
                await ProblemsAsync(context, instance, rightBefore: false, cancellationToken),
                Elapsed(context));
    }

    protected override Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var drain = new LeaderDrain(Cluster);
        return new InstanceSwap(Cluster).ReplaceAsync(
            instance, Goal(context, instance), EnsureMayStopAsync, cancellationToken);

        async Task EnsureMayStopAsync(InstanceProcess process)
        {
            var isDrained = process.Supervision != SupervisionState.Restarting
                && await drain.EnsureAsync(context, instance, Replicas, cancellationToken);
            var problems = await ProblemsAsync(context, instance, rightBefore: true, cancellationToken);
            if (problems.Count > 0)
            {
                throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {problems[0]}");
            }

            if (isDrained)
            {
                await drain.EnsureStillAsync(context, instance, Replicas, cancellationToken);
            }
        }
    }

    private Task<IReadOnlyList<string>> ProblemsAsync(
        StepContext context, DatabaseInstance instance, bool rightBefore, CancellationToken cancellationToken) =>
        new ClusterGate(Cluster).StopProblemsAsync(
            context.Plan, Stop(context, instance), expectOutage: Replicas is not null, rightBefore, cancellationToken);
}

/// <summary>Verifies that a tablet server that was started is healthy (docs/project/research/yugabytedb.md#procedure):
/// its process runs the wanted program and reports the wanted version, all its tablets run, and the SQL interfaces
/// answer that answered before the upgrade. Then removes it from the leader blacklist and waits until its followers
/// have caught up and no tablet is under-replicated or without a leader; all of that for spec.minHealthySeconds. The
/// status ALIVE of the master alone proves nothing.</summary>
/// <param name="Sql">In a rollback: the SQL interfaces that the upgrade recorded; null otherwise.</param>
[Step("verify")]
internal sealed record VerifyTserver(string? Sql = null) : TserverStep
{
    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => VerifyPatience(spec) + Margin;

    protected override Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken) =>
        WaitingLooks.ObserveAsync(context, lookAge => ReadAsync(context, lookAge, cancellationToken));

    private async Task<(Observation, TimeSpan?)> ReadAsync(
        StepContext context, TimeSpan? lookAge, CancellationToken cancellationToken)
    {
        HealthyTime.Of(context).BeginLook();
        var instance = InstanceOf(context);
        var process = await Cluster.Hosts.Instance(instance.Name).LookAsync(lookAge, cancellationToken);
        var sql = new SqlBaseline(Cluster);
        var problems = await InstanceHealth.ProcessProblemsAsync(
            Cluster, instance, process, Goal(context, instance), cancellationToken);
        var runs = problems.Count == 0;
        if (runs)
        {
            problems = await ProblemChecks.FirstAsync(
                () => TabletProblemsAsync(instance, cancellationToken),
                () => sql.ProblemsAsync(context.Plan, [instance], others: false, cancellationToken),
                () => lookAge is null
                    ? sql.ListenerProblemsAsync(context.Plan, instance, process, cancellationToken)
                    : Task.FromResult<IReadOnlyList<string>>([]));
        }

        if (problems.Count == 0)
        {
            try
            {
                var view = await Cluster.ReadAsync(cancellationToken);
                if (view.IsBlacklisted(Cluster.Rpc(instance)))
                {
                    return (new Observation.NotStarted("The server is ready for leaders."), null);
                }

                problems = await InClusterAsync(context, instance, process, view, lookAge, cancellationToken);
            }
            catch (TargetException exception)
            {
                problems = [exception.Message];
            }
        }

        var seen = problems.Count == 0
            ? InstanceHealth.Healthy(context, Cluster, instance, process, done: null)
            : await InstanceHealth.NotHealthyAsync(
                Cluster, instance, process, problems, Elapsed(context),
                "Fix the cause, then retry.", cancellationToken);
        return (seen, WaitingLooks.Age(seen, runs, Cluster.Settle));
    }

    protected override Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        Cluster.ReleaseAsync(instance, cancellationToken);

    // As the server itself reports its tablets: empty once all run and none has failed.
    private Task<IReadOnlyList<string>> TabletProblemsAsync(
        DatabaseInstance instance, CancellationToken cancellationToken) => Asking.ProblemsAsync(async () =>
        {
            var web = Cluster.Web(instance);
            var failed = await Cluster.Client.FailedTabletsAsync(web, cancellationToken);
            if (failed.Count > 0)
            {
                var many = Sentences.Count(failed.Count, "tablet has", "tablets have");
                return [$"{many} failed: {string.Join(", ", failed.Take(5))}."];
            }

            var states = await Cluster.Client.TabletsAsync(web, cancellationToken);
            return states.AllRun
                ? []
                : [$"{states.Running.Count} of {states.States.Count} tablets run; {states.Describe()}."];
        });

    // Empty once it has caught up and all of the cluster is well.
    private async Task<IReadOnlyList<string>> InClusterAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, ClusterView view, TimeSpan? lookAge,
        CancellationToken cancellationToken)
    {
        if (view.Tserver(Cluster.Web(instance)) is not { IsAlive: true } seen)
        {
            return ["The leading master does not list it as ALIVE."];
        }

        if (lookAge is null
            && await RanLongerAsync(instance, process, seen.Uptime + seen.SinceHeartbeat, cancellationToken))
        {
            return
            [
                $"The leading master still lists its former process (up for {seen.Uptime.TotalSeconds:F0} s).",
            ];
        }

        var lag = await Cluster.Client.FollowerLagAsync(Cluster.Web(instance), cancellationToken);
        if (lag.Tablets == 0 && seen.Tablets > 0)
        {
            return ["It does not report the lag of its followers."];
        }

        if (lag.Largest >= Cluster.MaxFollowerLag)
        {
            return
            [
                $"Its followers lag by {lag.Largest.TotalMilliseconds:F0} ms; the limit is "
                    + $"{Cluster.Settings.MaxFollowerLag} (spec.yugabyte.maxFollowerLag).",
            ];
        }

        // Of those that are stopped beside it, the ones that are down now, by the leading master and by themselves.
        // While one is, replicas are missing.
        var beside = Beside(context, instance);
        var isUp = await SideBySide.EachAsync(
            beside,
            async (server, token) => view.IsServing(Cluster.Web(server))
                && await Cluster.FindSilenceAsync(server, token) is null,
            cancellationToken);
        return view.ProblemsOfRun(Cluster, context.Plan, [.. beside.Where((_, i) => !isUp[i])]);
    }

    // By the start of the process on its own host: what the master counts as its uptime is at most that.
    private async Task<bool> RanLongerAsync(
        DatabaseInstance instance, InstanceProcess process, TimeSpan uptime, CancellationToken cancellationToken)
    {
        if (process.StartedAt is not { } started)
        {
            return false;
        }

        var offset = await Cluster.Hosts.Files(instance.Host).ClockOffsetAsync(cancellationToken);
        return uptime > Cluster.Context.Time.GetUtcNow() + offset - started + InstanceHealth.Slack;
    }
}
