namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Moves all leaders off a tablet server and keeps new ones away, before the server is stopped: clients then only
/// notice one change of leader per tablet (docs/project/research/yugabytedb.md#yugabytedb-anywhere). The leader
/// blacklist is written only while the masters have a leader (docs/project/research/yugabytedb.md#known-failures) and
/// the whole cluster is healthy. A server that already runs the wanted program, or does not run, has no leaders to
/// move. <para> Progress decides how long a drain may take (<see cref="LeaderDrain"/>). If leaders stay, the step fails
/// and the others that left stay away for spec.drain.idleLimit, so that the work is not lost while an administrator
/// decides. </para>
/// </summary>
/// <param name="Replicas">The replication factor if it is below three; null otherwise.</param>
[Step("drain")]
[Effect(Effect.Changes)]
[Traits(Drains = true)]
internal sealed record DrainTserver(int? Replicas = null) : TserverStep
{
    public const string LeadersLeftFact = "leadersLeft";

    private LeaderDrain Drain => new(Cluster);

    internal override string? Told(DatabaseRollingUpgradeSpec spec, string? node) =>
        spec.Instances.Find(i => i.Name == node) is { } own
            ? AdminCommand.Of(spec).Drain($"{spec.Service(own)}")
            : null;

    private ClusterGate Gate => new(Cluster);

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        spec.Drain.StepLimit(Patience(spec) + Margin);

    // The swap that follows releases the server itself, once it is verified.
    internal override YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) =>
        LeaderBlacklistIsClean.IsInHand(done, own)
        && !(spec.Instances.Exists(i => i.Name == own.Node)
            && done.Step<SwapTserver>(own.Node, own.Phase) is { } swap
            && swap.HasEverBegun)
            ? new YugabyteUndo(DatabaseRollingUpgradePhases.Undo, own.Node, new ReleaseLeaders())
            : null;

    // Until the former instance is healthy and may have leaders again, and the cluster is well.
    private static TimeSpan Patience(DatabaseRollingUpgradeSpec spec) => GatePatience(spec) + VerifyPatience(spec);

    protected override Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken) =>
        DrainWatch.Of(context).ObserveAsync<TserverDrainView>(
            context, Cluster.Spec.Drain, isWaitedFor: false, view => LookAsync(context, view, cancellationToken));

    // Woken by the release that it may wait for.
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Cluster.Released.WaitAsync(
            context.Pass.Of<TserverDrainView>().Pause(PauseAfter(context.Waited)), context.Time, cancellationToken);

    protected override async Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await Gate.DrainProblemsAsync(
            context.Plan, Stop(context, instance), rightBefore: true, cancellationToken);
        if (problems.Count > 0)
        {
            throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not drained. {problems[0]}");
        }

        Cluster.Context.EnsureMayAct();
        await Drain.BeginAsync(instance, cancellationToken);
    }

    private async Task<Observation> LookAsync(
        StepContext context, TserverDrainView view, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        var now = context.Time.GetUtcNow();

        // One page of the leading master; anything but leaders that are still counted is looked at as a whole.
        if (view.MayLookBriefly(now)
            && view.Leader is { } leader
            && await Cluster.Client.IsLeaderAsync(leader, cancellationToken))
        {
            var servers = await Cluster.Client.TserversAsync(leader, cancellationToken);
            var server = servers.FirstOrDefault(t => t.Web == Cluster.Web(instance));
            if (view.IsSameProcess(server) && server!.Leaders > 0)
            {
                return Judge(context, instance, view, server.Leaders);
            }
        }

        return await WaitingLooks.ObserveAsync(
            context,
            async lookAge =>
            {
                var seen = await LookAtWholeAsync(context, instance, view, lookAge, now, cancellationToken);
                return (seen, seen is Observation.Done ? null : WaitingLooks.ForCluster);
            });
    }

    private async Task<Observation> LookAtWholeAsync(
        StepContext context, DatabaseInstance instance, TserverDrainView view, TimeSpan? lookAge, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var process = await Cluster.Hosts.Instance(instance.Name).LookAsync(lookAge, cancellationToken);
        if (Goal(context, instance).IsReached(process))
        {
            return new Observation.Done("The server already runs the wanted program.");
        }

        if (!process.IsAlive || process.Supervision == SupervisionState.Restarting)
        {
            return new Observation.Done($"The server does not run ({process.SupervisionText}).");
        }

        if (Replicas == 1)
        {
            return new Observation.Done("With one replica, leaders cannot move.");
        }

        var universe = await Cluster.ReadAsync(cancellationToken);
        if (universe.Tserver(Cluster.Web(instance)) is not { IsAlive: true } server)
        {
            return new Observation.Done("The master does not list the server as ALIVE, so the server leads no tablet.");
        }

        var (isBlacklisted, leaders) = Drain.Read(universe, instance);
        if (isBlacklisted && leaders == 0)
        {
            LeaderDrain.Forget(context);
            return new Observation.Done();
        }

        if (!isBlacklisted)
        {
            LeaderDrain.Forget(context);
            return Former(context, instance, universe) is { } former
                ? new Observation.Running(former)
                : await NotYetAsync(context, instance, cancellationToken);
        }

        view.Saw(universe.Leader, server, now);
        return Judge(context, instance, view, leaders);
    }

    private Observation Judge(StepContext context, DatabaseInstance instance, TserverDrainView view, ulong leaders)
    {
        var now = context.Time.GetUtcNow();
        var began = view.Since ?? now;
        if (Drain.Overdue(context, began, leaders) is not { } why)
        {
            var pace = view.Pace.Describe((long)(view.Before ?? leaders), (long)leaders, now - began, now);
            return new Observation.Running($"{instance.Name} still leads tablets: {pace}");
        }

        return Drain.Proceeds
            ? new Observation.Done(
                $"{why}: {leaders} tablet leaders are left. The upgrade proceeds, as spec.drain.onTimeout says.",
                Entry(LeadersLeftFact, $"{leaders}"))
            : throw new StepActionException(
                Reasons.DrainTimeout,
                $"{Drain.Left(instance, why, leaders)} Leaders that left are given back after "
                + $"{Cluster.Spec.Drain.IdleLimit} (spec.drain.idleLimit).",
                retryable: false);
    }

    // The former servers settle while this one is drained, but only those of one group are without leaders at once.
    private string? Former(StepContext context, DatabaseInstance instance, ClusterView universe)
    {
        var inHand = LeaderBlacklistIsClean.InHand(context.Plan).ToHashSet(StringComparer.Ordinal);
        var former = Cluster.Tservers.Except(Stop(context, instance).All).FirstOrDefault(
            t => inHand.Contains(t.Name) && universe.IsBlacklisted(Cluster.Rpc(t)));
        var replaced = DrainTurn.Replaced(context, static s => s.Is<SwapTserver>());
        return former is null
            ? DrainTurn.Early(Cluster.Spec, replaced, context.Time.GetUtcNow())
            : $"Waiting until {former.Name} may have leaders again.";
    }

    private async Task<Observation> NotYetAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await Gate.DrainProblemsAsync(
            context.Plan, Stop(context, instance), rightBefore: false, cancellationToken);
        if (problems.Count == 0)
        {
            return new Observation.NotStarted($"{instance.Name} is not in the leader blacklist.");
        }

        var patience = Patience(Cluster.Spec);
        return Elapsed(context) < patience
            ? new Observation.Running($"Waiting until the cluster is healthy. {problems[0]}")
            : new Observation.Failed(
                Reasons.ClusterUnhealthy,
                $"{instance.Name} was not drained. {string.Join(" ", problems)} The operator waited "
                + $"{KubernetesDuration.Format(patience)} (2 x spec.timeouts.verify, and spec.minHealthySeconds).");
    }
}

/// <summary>What one job has seen of the drain of a tablet server.</summary>
internal sealed class TserverDrainView : DrainView
{
    private YbTserver? _server;

    public ServiceAddress? Leader { get; private set; }

    /// <summary>Since when leaders are seen to move, as this process knows it. Not the wait before they may.</summary>
    public DateTimeOffset? Since { get; private set; }

    public ulong? Before { get; private set; }

    public bool IsSameProcess(YbTserver? server) =>
        server is { IsAlive: true } && server.Uuid == _server?.Uuid && server.Uptime >= _server?.Uptime;

    public void Saw(ServiceAddress leader, YbTserver server, DateTimeOffset now) =>
        (Leader, _server, WholeAt, Since, Before) = (leader, server, now, Since ?? now, Before ?? server.Leaders);
}

/// <summary>Moves the leaders of a tablet server to other servers by the leader blacklist
/// (docs/project/research/yugabytedb.md#admin-tool): the server gives away its leaders and gets no new ones; its data
/// stays.</summary>
internal sealed class LeaderDrain(YugabyteCluster cluster)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    public bool Proceeds => cluster.Spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed;

    public (bool IsBlacklisted, ulong Leaders) Read(ClusterView view, DatabaseInstance instance) => (
        view.IsBlacklisted(cluster.Rpc(instance)),
        view.Tserver(cluster.Web(instance)) is { IsAlive: true } server ? server.Leaders : 0);

    public Task BeginAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(instance), add: true, cancellationToken);

    public string? Overdue(StepContext context, DateTimeOffset began, ulong leaders) =>
        DrainWatch.Of(context).Overdue(context, cluster.Spec.Drain, context.Time.GetUtcNow() - began, (long)leaders);

    /// <summary>The number of leaders cannot be relied on now, or does not matter any more.</summary>
    public static void Forget(StepContext context) => DrainWatch.Of(context).Forget();

    public string Left(DatabaseInstance instance, string why, ulong leaders) =>
        $"{why}: {Sentences.Count((long)leaders, "tablet leader is", "tablet leaders are")} left on {instance.Name}, "
        + "which runs the old version. Find out why they stay "
        + $"({cluster.Vocabulary.TabletServersPage} of a master), then retry; or stop it with them: "
        + "`spec.drain.onTimeout: Proceed`.";

    /// <summary>Ensures immediately before a server is stopped that it still has no leaders: it may have been removed
    /// from the blacklist, or the run may have been stopped in between. Waits as long as leaders leave.</summary>
    /// <exception cref="StepActionException">Leaders do not leave, and the spec does not accept that.</exception>
    public async Task<bool> EnsureAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var began = context.Time.GetUtcNow();
        Forget(context);
        while (true)
        {
            var (isEnough, isBlacklisted, leaders) = await LookAsync(context, instance, replicas, cancellationToken);
            if (isEnough)
            {
                return true;
            }

            if (!isBlacklisted)
            {
                cluster.Context.EnsureMayAct();
                await BeginAsync(instance, cancellationToken);
            }
            else if (Overdue(context, began, leaders) is { } why)
            {
                return Proceeds
                    ? false
                    : throw new StepActionException(
                        Reasons.DrainTimeout, Left(instance, why, leaders), retryable: false);
            }

            await Task.Delay(DrainView.Pause((long)leaders, LookEvery), context.Time, cancellationToken);
        }
    }

    /// <summary>The last look before the stop. The checks since <see cref="EnsureAsync"/> took time, and if another
    /// server fails meanwhile, its leaders are elected on any replica, blacklisted or not.</summary>
    /// <exception cref="StepActionException">The server has leaders again; nothing was stopped.</exception>
    public async Task EnsureStillAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var (isEnough, isBlacklisted, leaders) = await LookAsync(context, instance, replicas, cancellationToken);
        if (!isEnough)
        {
            var what = isBlacklisted
                ? $"It leads {leaders} tablets again."
                : "It was removed from the leader blacklist.";
            throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {what}")
            {
                NotTaken = true,
            };
        }
    }

    private async Task<(bool IsEnough, bool IsBlacklisted, ulong Leaders)> LookAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var (isBlacklisted, leaders) = Read(await cluster.ReadAsync(cancellationToken), instance);
        var leftIsAccepted = context.Plan.Step<DrainTserver>(instance.Name, context.Step.Phase)
            ?.Recorded(DrainTserver.LeadersLeftFact) is not null;
        return (replicas == 1 || (isBlacklisted && (leaders == 0 || leftIsAccepted)), isBlacklisted, leaders);
    }
}

/// <summary>Rollback: removes a tablet server that was drained but not stopped from the leader blacklist.</summary>
[Step("release-leaders")]
internal sealed record ReleaseLeaders : YugabyteStep
{
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var config = await Cluster.ConfigAsync(cancellationToken);
        return config.LeaderBlacklist.Contains(Cluster.Rpc(InstanceOf(context)))
            ? new Observation.NotStarted($"{context.Node} is still in the leader blacklist.")
            : new Observation.Done();
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Cluster.Tool().ChangeLeaderBlacklistAsync(Cluster.Rpc(InstanceOf(context)), add: false, cancellationToken);
}
