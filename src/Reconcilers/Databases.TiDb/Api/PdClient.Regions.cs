namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>Regions.</content>
internal sealed partial class PdClient
{
    /// <summary>Checks of Regions that both 2.1 and 3.0 have; together they list every Region with a replica that is
    /// not up to date (offline-peer and empty-region are 3.0's; docs/research/tidb.md#pd).</summary>
    public static IReadOnlyList<string> RegionChecks { get; } = ["down-peer", "miss-peer", "pending-peer"];

    /// <summary>The Regions that a check lists, read while they arrive: after the loss of a host there may be
    /// 100,000.</summary>
    public Task<PdRegionCheck> RegionsAsync(
        string check, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) =>
        RegionsAsync($"{Api}/regions/check/{check}", check, isAtRisk, cancellationToken);

    /// <summary>All Regions, read while they arrive: about 500 bytes each.</summary>
    public Task<PdRegionCheck> AllRegionsAsync(Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) =>
        RegionsAsync($"{Api}/regions", "any state", isAtRisk, cancellationToken);

    private Task<PdRegionCheck> RegionsAsync(
        string path, string check, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) => InTurnAsync(
            member => http.ReadAsync(
                member.Host,
                member.Port,
                path,
                (answer, token) => PdRegionList.ReadAsync(answer, $"GET {member}{path}", check, isAtRisk, token),
                cancellationToken),
            mayRepeat: static _ => true);
}

/// <summary>What a check of PD finds.</summary>
/// <param name="Check">The check.</param>
/// <param name="Count">How many Regions it lists.</param>
/// <param name="AtRisk">The ids of those that were asked for.</param>
internal sealed record PdRegionCheck(string Check, long Count, IReadOnlyList<ulong> AtRisk);
