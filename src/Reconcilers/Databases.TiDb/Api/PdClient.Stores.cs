namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>Stores.</content>
internal sealed partial class PdClient
{
    public Task<IReadOnlyList<PdStore>> StoresAsync(CancellationToken cancellationToken) =>
        GetAsync<PdWire.Stores, IReadOnlyList<PdStore>>(
            $"{Api}/stores?state=0&state=1&state=2",
            Json.Stores,
            stores => [.. TiDbAnswers.Entries(stores.All).Select(Store)],
            cancellationToken);

    /// <summary>One store.</summary>
    /// <exception cref="TiDbApiException">The store does not exist: status 500
    /// (docs/research/tidb.md#pd-as-observed).</exception>
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

/// <summary>A TiKV as PD knows it. Absent status fields are 0 (docs/research/tidb.md#rules); PD hears of a store every
/// 10 s.</summary>
internal sealed record PdStore
{
    /// <summary>Its id, unsigned 64 bits.</summary>
    public required ulong Id { get; init; }

    public required string Address { get; init; }

    /// <summary>Up, Disconnected (silent for more than 20 s), Down, Offline, Tombstone.</summary>
    public required string State { get; init; }

    /// <summary>Its version, without a leading v. This is the source for a TiKV's version.</summary>
    public required string Version { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Regions it leads, as PD counts them. A new PD leader knows none for a while.</summary>
    public long Leaders { get; init; }

    public long Regions { get; init; }

    /// <summary>When its process was started, by its own clock; PD keeps whole seconds.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public bool IsUp => State == "Up";

    public bool IsTombstone => State == "Tombstone";
}
