using System.Globalization;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>Stores.</content>
internal sealed partial class PdClient
{
    /// <summary>All stores, including those that left (Tombstone).</summary>
    public Task<IReadOnlyList<PdStore>> StoresAsync(CancellationToken cancellationToken) =>
        GetAsync<PdWire.Stores, IReadOnlyList<PdStore>>(
            $"{Api}/stores?state=0&state=1&state=2",
            Json.Stores,
            stores => [.. TiDbAnswers.Entries(stores.All).Select(Store)],
            cancellationToken);

    /// <summary>One store.</summary>
    /// <exception cref="TiDbApiException">
    /// The store does not exist: status 500 (docs/research/tidb.md#pd-as-observed).
    /// </exception>
    public Task<PdStore> StoreAsync(ulong id, CancellationToken cancellationToken) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"{Api}/store/{id}"), Json.StoreInfo, Store, cancellationToken);

    private static PdStore Store(PdWire.StoreInfo info)
    {
        var (store, status) = (info.Store, info.Status);
        return new PdStore
        {
            Id = store.Id,
            Address = store.Address,
            State = store.StateName,
            Version = TiDbVersion.Plain(store.Version ?? ""),
            Labels = TiDbAnswers.Entries(store.Labels)
                .GroupBy(l => l.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal),
            Leaders = status.LeaderCount ?? 0,
            Regions = status.RegionCount ?? 0,
            StartedAt = Time(status.StartTs),
        };
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;
}
