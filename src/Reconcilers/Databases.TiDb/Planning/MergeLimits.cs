using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// merge-schedule-limit during and after an upgrade. What an administrator had lowered is never raised unless the spec
/// asks for it. Pure.
/// </summary>
/// <param name="First">The value after the upgrade, before tuning.</param>
/// <param name="Final">The value after tuning.</param>
internal sealed record MergeLimits(long First, long Final)
{
    // PD's default.
    private const long Default = 8;

    /// <summary>The limits of a spec.</summary>
    /// <param name="tidb">spec.tidb.</param>
    /// <param name="before">PD's limits before the upgrade.</param>
    public static MergeLimits Of(TiDbSpec tidb, IReadOnlyDictionary<string, long> before)
    {
        long? former = before.TryGetValue(ScheduleHold.MergeLimit, out var known) ? known : null;
        var first = Math.Min(former ?? tidb.MergeScheduleLimit, tidb.MergeScheduleLimit);
        var final = tidb.MergeScheduleLimit == 0
            ? first
            : tidb.TuneScheduling.MergeScheduleLimit ?? former ?? Default;
        return new MergeLimits(first, Math.Max(first, final));
    }

    /// <summary>
    /// The values that tuning sets: doubled each time (2, then gradually to 8; docs/research/tidb.md#procedure).
    /// </summary>
    public IEnumerable<long> Raises()
    {
        var (limit, next) = (First, First < 2 ? 2 : First * 2);
        while (limit < Final)
        {
            limit = Math.Min(next, Final);
            next *= 2;
            yield return limit;
        }
    }
}
