namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The Regions that PD lists as incomplete. A few are normal while data is written, so their number decides
/// nothing: only those that are at risk count (docs/project/research/tidb.md#rules).</summary>
internal sealed class RegionSurvey(IReadOnlyList<PdRegionCheck> checks)
{
    private const string Path = $"{PdClient.Api}/regions";
    private const string DownPeer = "down-peer";
    private const string MissPeer = "miss-peer";
    private const int Named = 5;

    // Both 2.1 and 3.0 have them; together they list every Region with a replica that is not up to date (offline-peer
    // and empty-region are 3.0's; docs/project/research/tidb.md#pd).
    private static readonly string[] Checks = [DownPeer, MissPeer, "pending-peer"];

    public IReadOnlyList<ulong> AtRisk { get; } = [.. checks.SelectMany(c => c.AtRisk).ToHashSet().Order()];

    /// <summary>How many have a replica that is down, or too few.</summary>
    public long UnderReplicated { get; } = checks.Where(c => c.Check is DownPeer or MissPeer).Sum(c => c.Count);

    /// <summary>What PD lists in total, for instance "3 with pending-peer"; null if nothing.</summary>
    public string? Listed => checks.Any(c => c.Count > 0)
        ? string.Join(", ", checks.Where(c => c.Count > 0).Select(c => $"{c.Count} with {c.Check}"))
        : null;

    /// <summary>Number and ids of the Regions at risk, for messages: "2 Regions (5, 7)".</summary>
    public string AtRiskText => $"{AtRisk.Count} Region{(AtRisk.Count == 1 ? "" : "s")} "
        + $"({string.Join(", ", AtRisk.Take(Named))}{(AtRisk.Count > Named ? ", …" : "")})";

    /// <summary>The Regions that would lose their quorum without some TiKVs. A complete Region survives the loss of one
    /// store; for more than one, all Regions are read.</summary>
    public static async Task<RegionSurvey> WithoutAsync(
        TiDbTargets targets, IReadOnlySet<ulong> without, IReadOnlyList<PdStore> stores,
        CancellationToken cancellationToken)
    {
        var pd = targets.Pd;
        var down = Down(stores);
        var isOutageAccepted = targets.Spec.Acknowledges(Reasons.QuorumTooSmall, TiDbSpec.MaxReplicas)
            && (await pd.ScheduleAsync(cancellationToken)).MaxReplicas < 3;
        return without.Count > 1
            ? new RegionSurvey([await ReadAsync(pd, Path, "any state", IsAtRisk, cancellationToken)])
            : await ReadAsync(pd, IsAtRisk, cancellationToken);

        bool IsAtRisk(PdRegion region) => !region.Survives(without, down, isOutageAccepted);
    }

    public static Task<RegionSurvey> NowAsync(
        PdClient pd, IReadOnlyList<PdStore> stores, CancellationToken cancellationToken)
    {
        var down = Down(stores);
        return ReadAsync(pd, r => !r.HasQuorum(down), cancellationToken);
    }

    private static async Task<RegionSurvey> ReadAsync(
        PdClient pd, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken)
    {
        var found = new List<PdRegionCheck>();
        foreach (var check in Checks)
        {
            found.Add(await ReadAsync(pd, $"{Path}/check/{check}", check, isAtRisk, cancellationToken));
        }

        return new RegionSurvey(found);
    }

    // Read while they arrive, about 500 bytes each: after the loss of a host a check may list 100,000.
    private static Task<PdRegionCheck> ReadAsync(
        PdClient pd, string path, string check, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) =>
        pd.AskAsync((http, member) => http.ReadAsync(
            member.Host, member.Port, path,
            (answer, token) => PdRegionList.ReadAsync(answer, $"GET {member}{path}", check, isAtRisk, token),
            cancellationToken));

    private static HashSet<ulong> Down(IReadOnlyList<PdStore> stores) =>
        stores.Where(s => !s.IsUp).Select(s => s.Id).ToHashSet();
}
