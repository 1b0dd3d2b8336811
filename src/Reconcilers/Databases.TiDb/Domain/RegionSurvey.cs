namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The Regions that PD lists as incomplete. A few are normal while data is written, so their number decides
/// nothing: only those that are at risk count (docs/research/tidb.md#rules).</summary>
internal sealed class RegionSurvey
{
    private const int Named = 5;

    private readonly IReadOnlyList<PdRegionCheck> _checks;

    private RegionSurvey(IReadOnlyList<PdRegionCheck> checks)
    {
        _checks = checks;
        AtRisk = [.. checks.SelectMany(c => c.AtRisk).ToHashSet().Order()];
    }

    public IReadOnlyList<ulong> AtRisk { get; }

    /// <summary>What PD lists in total, for instance "3 with pending-peer"; null if nothing.</summary>
    public string? Listed
    {
        get
        {
            var found = _checks.Where(c => c.Count > 0)
                .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} with {c.Check}"))
                .ToList();
            return found.Count == 0 ? null : string.Join(", ", found);
        }
    }

    /// <summary>Number and ids of the Regions at risk, for messages: "2 Regions (5, 7)".</summary>
    public string AtRiskText => string.Create(
        CultureInfo.InvariantCulture,
        $"{AtRisk.Count} Region{(AtRisk.Count == 1 ? "" : "s")} ({string.Join(", ", AtRisk.Take(Named))}"
        + $"{(AtRisk.Count > Named ? ", …" : "")})");

    public static async Task<RegionSurvey> ReadAsync(
        PdClient pd, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken)
    {
        var checks = new List<PdRegionCheck>();
        foreach (var check in PdClient.RegionChecks)
        {
            checks.Add(await pd.RegionsAsync(check, isAtRisk, cancellationToken));
        }

        return new RegionSurvey(checks);
    }

    /// <summary>The Regions that would lose their quorum without some TiKVs. A complete Region survives the loss of one
    /// store; for more than one, all Regions are read.</summary>
    public static async Task<RegionSurvey> WithoutAsync(
        ITiDbTargets targets,
        IReadOnlySet<ulong> without,
        IReadOnlyList<PdStore> stores,
        CancellationToken cancellationToken)
    {
        var pd = targets.Pd();
        var down = Down(stores);
        var isOutageAccepted = targets.Spec().AllowUnavailability
            && (await pd.ScheduleAsync(cancellationToken)).MaxReplicas < 3;
        return without.Count > 1
            ? new RegionSurvey([await pd.AllRegionsAsync(IsAtRisk, cancellationToken)])
            : await ReadAsync(pd, IsAtRisk, cancellationToken);

        bool IsAtRisk(PdRegion region) => !region.Survives(without, down, isOutageAccepted);
    }

    public static Task<RegionSurvey> NowAsync(
        PdClient pd, IReadOnlyList<PdStore> stores, CancellationToken cancellationToken)
    {
        var down = Down(stores);
        return ReadAsync(pd, r => !r.HasQuorum(down), cancellationToken);
    }

    private static HashSet<ulong> Down(IReadOnlyList<PdStore> stores) =>
        stores.Where(s => !s.IsUp).Select(s => s.Id).ToHashSet();
}
