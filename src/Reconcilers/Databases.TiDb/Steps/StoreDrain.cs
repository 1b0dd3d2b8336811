namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>How far leaders have left a store.</summary>
/// <param name="IsEvicted">Whether the evict-leader scheduler is persisted (schedulers-v2;
/// docs/research/tidb.md#pd-as-observed).</param>
/// <param name="IsCounted">Whether the count is reliable: a PD that has just become the leader runs no scheduler and
/// knows no leader of any Region for a while.</param>
/// <param name="Leaders">The Regions it leads by PD's count; once that is 0, by its own, if it reports one.</param>
/// <param name="IsOnly">Whether there is no other store that could lead.</param>
internal sealed record StoreDrain(bool IsEvicted, bool IsCounted, long Leaders, bool IsOnly)
{
    // Regions split while data is written.
    private const double MostHeard = 0.99;

    public PdStore? Store { get; init; }

    public required IReadOnlyList<PdStore> Stores { get; init; }

    public required string Schedulers { get; init; }

    /// <summary>How many of its Regions a PD with a new leader has heard of; null once it has heard of all. Until then
    /// its lists of incomplete Regions are incomplete themselves.</summary>
    public string? Unheard { get; init; }

    public required IReadOnlySet<ulong> Evicted { get; init; }

    public bool IsOver => IsOnly || (IsEvicted && IsCounted && Leaders == 0);

    public static async Task<StoreDrain> ReadAsync(
        ITiDbTargets targets, DatabaseInstance instance, ulong storeId, CancellationToken cancellationToken)
    {
        var pd = targets.Pd();
        var schedule = await pd.ScheduleAsync(cancellationToken);
        var running = await pd.RunningSchedulersAsync(cancellationToken);
        var stores = await pd.StoresAsync(cancellationToken);
        var own = stores.FirstOrDefault(s => s.Id == storeId);

        // A scheduler of a store that has left stays persisted, and a new leader of PD does not run it.
        var gone = schedule.Evicted
            .Where(id => !stores.Any(s => s.Id == id && !s.IsTombstone))
            .Select(PdClient.EvictName)
            .ToHashSet(StringComparer.Ordinal);
        var (runs, wanted) = (running.Count(n => !gone.Contains(n)), schedule.EnabledSchedulers - gone.Count);
        var isCounted = runs >= wanted;

        // The metrics of a TiKV are megabytes: they are asked for only where PD's count would end the drain.
        var counts = own is { Leaders: > 0 } || !isCounted
            ? (Leaders: null, Regions: null)
            : await targets.Tikv().RegionsAsync(targets.Spec().Status(instance), cancellationToken);
        var leaders = own is { Leaders: > 0 and var counted } ? counted : (long)(counts.Leaders ?? 0);
        return new StoreDrain(
            schedule.Evicted.Contains(storeId),
            isCounted,
            leaders,
            stores.Count(s => !s.IsTombstone) <= 1)
        {
            Store = own,
            Evicted = schedule.Evicted,
            Stores = stores,
            Unheard = own is not null && counts.Regions is { } all && own.Regions < all * MostHeard
                ? string.Create(CultureInfo.InvariantCulture, $"{own.Regions} of {all:0}")
                : null,
            Schedulers = string.Create(CultureInfo.InvariantCulture, $"{runs} of {wanted} schedulers"),
        };
    }
}
