using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>How far leaders have left a store.</summary>
/// <param name="IsEvicted">
/// Whether the evict-leader scheduler is persisted (schedulers-v2; docs/research/tidb.md#pd-as-observed).
/// </param>
/// <param name="IsCounted">
/// Whether the count is reliable: a PD that has just become the leader runs no scheduler and knows no leader of any
/// Region for a while.
/// </param>
/// <param name="Leaders">The Regions it leads: the larger of PD's count and the store's own, if it reports one.</param>
/// <param name="IsOnly">Whether there is no other store that could lead.</param>
internal sealed record StoreDrain(bool IsEvicted, bool IsCounted, long Leaders, bool IsOnly)
{
    /// <summary>Whether no leader is left, for certain.</summary>
    public bool IsOver => IsOnly || (IsEvicted && IsCounted && Leaders == 0);

    public static async Task<StoreDrain> ReadAsync(
        ITiDbTargets targets, DatabaseInstance instance, ulong storeId, CancellationToken cancellationToken)
    {
        var pd = targets.Pd();
        var schedule = await pd.ScheduleAsync(cancellationToken);
        var running = await pd.RunningSchedulersAsync(cancellationToken);
        var stores = await pd.StoresAsync(cancellationToken);
        var own = stores.FirstOrDefault(s => s.Id == storeId);
        var itself = await targets.Tikv().LeadersAsync(targets.Spec().Status(instance), cancellationToken);
        return new StoreDrain(
            schedule.Evicted.Contains(storeId),
            running.Count >= schedule.EnabledSchedulers,
            Math.Max(own?.Leaders ?? 0, (long)(itself ?? 0)),
            stores.Count(s => !s.IsTombstone) <= 1);
    }
}
