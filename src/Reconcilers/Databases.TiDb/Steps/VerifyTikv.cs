namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TiKV is verified when PD reports its store Up with a new start time and the new version
/// (docs/research/tidb.md#tikv). Only then is the evict-leader scheduler removed, confirmed by schedulers-v2
/// (docs/research/tidb.md#pd-as-observed), and leaders have some time to return.</summary>
/// <param name="Store">The store of the TiKV.</param>
internal sealed record VerifyTikv(ulong Store) : VerifyInstance
{
    // PD keeps the start time in whole seconds.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken) =>
        Missing(await Targets.Pd().StoreAsync(Store, cancellationToken), process) is { } missing
            ? new Observation.Running(missing)
            : null;

    protected override async Task<Observation?> AfterwardsAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken)
    {
        if (await IsEvictedAsync(cancellationToken))
        {
            return new Observation.NotStarted($"Store {Store} still has its evict-leader-scheduler.");
        }

        if (process.StartedAt is null)
        {
            return null;
        }

        var store = await Targets.Pd().StoreAsync(Store, cancellationToken);
        return LeaderReturn.Missing(context, instance, store, context.Time.GetUtcNow() - Began(context)) is { } missing
            ? new Observation.Running(missing)
            : null;
    }

    protected override Task RestoreAsync(CancellationToken cancellationToken) =>
        Targets.Pd().LetLeadersBackAsync(Store, cancellationToken);

    private async Task<bool> IsEvictedAsync(CancellationToken cancellationToken) =>
        (await Targets.Pd().ScheduleAsync(cancellationToken)).Evicted.Contains(Store);

    private string? Missing(PdStore store, InstanceProcess process)
    {
        if (!store.IsUp)
        {
            return $"Store {store.Id} is {store.State}.";
        }

        if (!TiDbVersion.Same(store.Version, Spec.ToVersion))
        {
            return $"PD reports store {store.Id} with version {store.Version}.";
        }

        return store.StartedAt is { } known && process.StartedAt is { } started && known + Precision < started
            ? $"PD has not heard from store {store.Id} since it was started."
            : null;
    }
}
