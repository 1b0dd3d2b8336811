using System.Globalization;
using System.Text.Json;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>Stores and Regions.</content>
internal sealed partial class PdClient
{
    /// <summary>
    /// Checks of Regions that both 2.1 and 3.0 have and that must be empty before a process is stopped (offline-peer
    /// and empty-region are 3.0's; docs/research/tidb.md#pd).
    /// </summary>
    public static IReadOnlyList<string> RegionChecks { get; } = ["down-peer", "miss-peer", "pending-peer"];

    /// <summary>All stores, those that left (Tombstone) too.</summary>
    public Task<IReadOnlyList<PdStore>> StoresAsync(CancellationToken cancellationToken) => GetAsync<IReadOnlyList<PdStore>>(
        $"{Api}/stores?state=0&state=1&state=2", root => [.. root.List("stores").Select(Store)], cancellationToken);

    /// <summary>One store.</summary>
    /// <exception cref="TiDbApiException">There is none: status 500 (docs/research/tidb.md#pd-as-observed).</exception>
    public Task<PdStore> StoreAsync(ulong id, CancellationToken cancellationToken) =>
        GetAsync(string.Create(CultureInfo.InvariantCulture, $"{Api}/store/{id}"), Store, cancellationToken);

    /// <summary>How many Regions a check finds.</summary>
    /// <param name="check">One of <see cref="RegionChecks"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<long> RegionCheckAsync(string check, CancellationToken cancellationToken) =>
        GetAsync($"{Api}/regions/check/{check}", root => root.Member("count").GetInt64(), cancellationToken);

    private static PdStore Store(JsonElement element)
    {
        var store = element.Member("store");
        var status = element.Member("status");
        return new PdStore
        {
            Id = store.Id("id"),
            Address = store.Text("address"),
            State = store.Text("state_name"),
            Version = TiDbVersion.Plain(store.OptionalText("version") ?? ""),
            Labels = (store.Optional("labels") is null ? [] : store.List("labels"))
                .GroupBy(l => l.Text("key"), StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.First().Text("value"), StringComparer.Ordinal),
            Leaders = status.Number("leader_count"),
            Regions = status.Number("region_count"),
            StartedAt = status.OptionalText("start_ts") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
        };
    }
}
