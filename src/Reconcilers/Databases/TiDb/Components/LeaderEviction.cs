namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>evict-leader-scheduler of PD, which keeps leaders away from a store. What schedulers-v2 of PD's
/// configuration holds counts, not what PD runs (docs/project/research/tidb.md#pd-as-observed).</summary>
internal static class LeaderEviction
{
    private const string Path = $"{PdClient.Api}/schedulers";

    public static string NameOf(ulong store) => $"evict-leader-scheduler-{store}";

    /// <summary>Moves leaders away from a store. A scheduler that exists already is accepted
    /// (docs/project/research/tidb.md#tidb-operator).</summary>
    /// <exception cref="TiDbApiException">Refused, or not persisted.</exception>
    public static async Task EvictLeadersAsync(this PdClient pd, ulong store, CancellationToken cancellationToken)
    {
        try
        {
            await AddAsync(pd, store, cancellationToken);
        }
        catch (TiDbApiException exception)
            when (exception.Status == 500 && exception.Message.Contains("existed", StringComparison.Ordinal))
        {
            // Read back below.
        }

        if (!await IsEvictedAsync(pd, store, cancellationToken))
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, $"PD accepted evict-leader-scheduler for store {store}, "
                + "but schedulers-v2 does not contain it.");
        }
    }

    /// <summary>Lets leaders return to a store. "scheduler not found" proves nothing after a change of the PD leader,
    /// which does not run persisted schedulers yet; adding the scheduler again makes it removable.</summary>
    /// <exception cref="TiDbApiException">It is still persisted.</exception>
    public static async Task LetLeadersBackAsync(this PdClient pd, ulong store, CancellationToken cancellationToken)
    {
        if (!await IsEvictedAsync(pd, store, cancellationToken))
        {
            return;
        }

        await RemoveAsync(pd, store, cancellationToken);
        if (!await IsEvictedAsync(pd, store, cancellationToken))
        {
            return;
        }

        await AddAsync(pd, store, cancellationToken);
        await RemoveAsync(pd, store, cancellationToken);
        if (await IsEvictedAsync(pd, store, cancellationToken))
        {
            throw new TiDbApiException(
                Reasons.LeadersKeptAway,
                $"evict-leader-scheduler for store {store} could not be removed: it is still in PD's schedulers-v2. "
                + $"Run `pd-ctl scheduler remove {NameOf(store)}`.");
        }
    }

    private static async Task<bool> IsEvictedAsync(PdClient pd, ulong store, CancellationToken cancellationToken) =>
        (await pd.ScheduleAsync(cancellationToken)).Evicted.Contains(store);

    // The id is a number: to a text PD answers "missing store id".
    private static Task AddAsync(PdClient pd, ulong store, CancellationToken cancellationToken) => pd.ChangeAsync(
        HttpMethod.Post, Path, $"{{\"name\":\"evict-leader-scheduler\",\"store_id\":{store}}}", cancellationToken);

    private static async Task RemoveAsync(PdClient pd, ulong store, CancellationToken cancellationToken)
    {
        try
        {
            await pd.ChangeAsync(HttpMethod.Delete, $"{Path}/{NameOf(store)}", null, cancellationToken);
        }
        catch (TiDbApiException exception)
            when (exception.Status == 404 || exception.Message.Contains("not found", StringComparison.Ordinal))
        {
            // Removed, or not running yet: the caller reads schedulers-v2.
        }
    }
}
