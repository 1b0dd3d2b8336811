namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What PD is asked about the stores of TiKVs (docs/project/research/tidb.md#pd).</summary>
internal static class PdStores
{
    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    public static Task<IReadOnlyList<PdStore>> StoresAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync<StoresAnswer, IReadOnlyList<PdStore>>(
            $"{PdClient.Api}/stores?state=0&state=1&state=2", Json.StoresAnswer,
            answer => [.. TiDbAnswers.Entries(answer.Stores).Select(Of)],
            cancellationToken);

    /// <summary>One store.</summary>
    /// <exception cref="TiDbApiException">The store does not exist: status 500
    /// (docs/project/research/tidb.md#pd-as-observed).</exception>
    public static Task<PdStore> StoreAsync(this PdClient pd, ulong id, CancellationToken cancellationToken) =>
        pd.GetAsync($"{PdClient.Api}/store/{id}", Json.StoreAnswer, Of, cancellationToken);

    private static PdStore Of(StoreAnswer answer)
    {
        var (store, counts) = (answer.Store, answer.Status);
        var labels = TiDbAnswers.Entries(store.Labels)
            .GroupBy(l => l.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);
        return new PdStore(
            store.Id, store.Address, store.StateName, TiDbVersion.Plain(store.Version ?? ""), labels,
            counts.LeaderCount ?? 0, counts.RegionCount ?? 0, Time(counts.StartTs));
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;

    internal sealed record StoresAnswer(List<StoreAnswer?>? Stores);

    internal sealed record StoreAnswer(StoreEntry Store, StoreCounts Status);

    internal sealed record StoreEntry(
        ulong Id, string Address, string StateName, string? Version = null, List<StoreLabel?>? Labels = null);

    internal sealed record StoreLabel(string Key, string Value);

    internal sealed record StoreCounts(long? LeaderCount = null, long? RegionCount = null, string? StartTs = null);
}

/// <summary>A TiKV as PD knows it. Absent status fields are 0 (docs/project/research/tidb.md#rules); PD hears of a
/// store every 10 s.</summary>
/// <param name="State">Up, Disconnected (silent for more than 20 s), Down, Offline, Tombstone.</param>
/// <param name="Version">Without a leading v. This is the source for a TiKV's version.</param>
/// <param name="Leaders">Regions it leads, as PD counts them. A new PD leader knows none for a while.</param>
/// <param name="StartedAt">When its process was started, by its own clock; PD keeps whole seconds.</param>
internal sealed record PdStore(
    ulong Id, string Address, string State, string Version, IReadOnlyDictionary<string, string> Labels, long Leaders,
    long Regions, DateTimeOffset? StartedAt)
{
    public bool IsUp => State == "Up";
    public bool IsTombstone => State == "Tombstone";
}
