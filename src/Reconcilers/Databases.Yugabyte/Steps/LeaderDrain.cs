namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Moves the leaders of a tablet server to other servers by the leader blacklist
/// (docs/research/yugabytedb.md#admin-tool): the server gives away its leaders and gets no new ones; its data
/// stays.</summary>
internal sealed class LeaderDrain(IYugabyteTargets targets, YugabyteCluster cluster)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly DrainWatch _watch = new();

    public bool Proceeds => cluster.Spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed;

    public DrainState Read(ClusterView view, DatabaseInstance instance)
    {
        var leaders = view.Tserver(cluster.Web(instance)) is { IsAlive: true } server ? server.Leaders : 0;
        return new DrainState(view.IsBlacklisted(cluster.Rpc(instance)), leaders);
    }

    public Task BeginAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(instance), add: true, cancellationToken);

    /// <summary>Records how many leaders are left. Returns why they are not waited for any longer: none has left for
    /// spec.drain.stalledFor, or spec.drain.timeout is over; null while leaders leave.</summary>
    public string? Overdue(StepContext context, DateTimeOffset began, ulong leaders)
    {
        var (drain, now) = (cluster.Spec.Drain, context.Time.GetUtcNow());
        var stalled = _watch.Stalled(context.Step.Attempt, (long)leaders, now);
        if (stalled >= drain.LongestStall())
        {
            return $"No leader has left for {drain.StalledFor} (spec.drain.stalledFor)";
        }

        if (drain.UpperLimit() is { } longest && now - began >= longest)
        {
            return $"Leaders did not leave within {drain.Timeout} (spec.drain.timeout)";
        }

        // A new process, or one with a changed spec, knows nothing of the time before.
        return context.Step is { State: StepState.Failed, Reason: Reasons.DrainTimeout }
            && !_watch.HasFallen(context.Step.Attempt)
            ? "No leader has left since"
            : null;
    }

    /// <summary>The number of leaders cannot be relied on now, or does not matter any more.</summary>
    public void Forget(StepContext context) => _watch.Forget(context.Step.Attempt);

    public string Left(DatabaseInstance instance, string why, ulong leaders) =>
        $"{why}: {leaders} tablet leaders are left on {instance.Name}, which runs the old version and was not stopped. "
        + $"Find out why they stay ({cluster.Vocabulary.TabletServersPage} of a master; a tablet without another "
        + "healthy replica), then retry; or stop it nevertheless with `spec.drain.onTimeout: Proceed`.";

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
            var (isEnough, state) = await LookAsync(context, instance, replicas, cancellationToken);
            if (isEnough)
            {
                return true;
            }

            if (!state.IsBlacklisted)
            {
                targets.EnsureMayAct();
                await BeginAsync(instance, cancellationToken);
            }
            else if (Overdue(context, began, state.Leaders) is { } why)
            {
                return Proceeds
                    ? false
                    : throw new StepActionException(
                        Reasons.DrainTimeout, Left(instance, why, state.Leaders), retryable: false);
            }

            await Task.Delay(LookEvery, context.Time, cancellationToken);
        }
    }

    /// <summary>The last look before the stop. The checks since <see cref="EnsureAsync"/> took time, and if another
    /// server fails meanwhile, its leaders are elected on any replica, blacklisted or not.</summary>
    /// <exception cref="StepActionException">The server has leaders again; nothing was stopped.</exception>
    public async Task EnsureStillAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var (isEnough, state) = await LookAsync(context, instance, replicas, cancellationToken);
        if (!isEnough)
        {
            var what = state.IsBlacklisted
                ? $"It leads {state.Leaders} tablets again."
                : "It was removed from the leader blacklist.";
            throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {what}")
            {
                NotTaken = true,
            };
        }
    }

    private async Task<(bool IsEnough, DrainState State)> LookAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var state = Read(await cluster.ReadAsync(cancellationToken), instance);
        var drain = YugabyteStepIds.Drain(context.Step.Phase, instance.Name);
        var leftIsAccepted = context.Recorded(drain, DrainTserver.LeadersLeftFact) is not null;
        return (state.IsDrained || replicas == 1 || (state.IsBlacklisted && leftIsAccepted), state);
    }
}

/// <summary>The progress of the drain of a tablet server.</summary>
/// <param name="IsBlacklisted">Whether it is in the leader blacklist.</param>
/// <param name="Leaders">The number of tablets it leads.</param>
internal readonly record struct DrainState(bool IsBlacklisted, ulong Leaders)
{
    public bool IsDrained => IsBlacklisted && Leaders == 0;
}
