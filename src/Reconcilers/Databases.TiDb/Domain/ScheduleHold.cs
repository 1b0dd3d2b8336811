namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The schedule limits of PD while TiKVs are upgraded: Regions are neither merged nor balanced, so that their
/// replicas are complete when a TiKV is stopped, and leaders leave and return faster. replica-schedule-limit keeps its
/// value: PD must be able to repair the Regions of a store that dies meanwhile, and it starts no such repair for a TiKV
/// that is away for less than 30 minutes (docs/research/tidb.md#schedule-limits). Pure.</summary>
internal static class ScheduleHold
{
    public const string MergeLimit = "merge-schedule-limit";

    private const string LeaderLimit = "leader-schedule-limit";

    private static readonly string[] Stopped = [MergeLimit, "region-schedule-limit", "hot-region-schedule-limit"];

    public static IReadOnlyDictionary<string, long> Wanted(
        IReadOnlyDictionary<string, long> former, long leaderLimit)
    {
        var wanted = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in Stopped.Where(former.ContainsKey))
        {
            wanted[name] = 0;
        }

        if (former.TryGetValue(LeaderLimit, out var leaders))
        {
            wanted[LeaderLimit] = Math.Max(leaders, leaderLimit);
        }

        return wanted;
    }

    public static string Text(PdSchedule schedule, long leaderLimit) => string.Join(
        ',',
        Wanted(schedule.Limits, leaderLimit).Keys.Select(
            n => string.Create(CultureInfo.InvariantCulture, $"{n}={schedule.Limits[n]}")));

    /// <summary>The values to restore: of the limits that still have the value of the upgrade. Others were changed by
    /// an administrator meanwhile, and stay.</summary>
    /// <param name="hold">The step that changed the limits.</param>
    /// <param name="now">The limits now.</param>
    /// <param name="mergeLimit">The most that merge-schedule-limit is restored to; null for its former value.</param>
    public static IReadOnlyDictionary<string, long> ToRestore(
        PlanStep hold, IReadOnlyDictionary<string, long> now, long? mergeLimit)
    {
        var former = Former(hold);
        var wanted = Wanted(former, hold.Arguments<HoldScheduling.Args>().LeaderLimit);
        var restored = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in former)
        {
            var goal = name == MergeLimit && mergeLimit < value ? mergeLimit.Value : value;
            if (now.TryGetValue(name, out var present) && present != goal && present == wanted[name])
            {
                restored[name] = goal;
            }
        }

        return restored;
    }

    public static IReadOnlyDictionary<string, long> Former(PlanStep hold) =>
        PdSchedule.ParseLimits(hold.Recorded(HoldScheduling.FormerKey));

    /// <summary>The step that changed the limits, while they are or may be changed; null otherwise.</summary>
    public static PlanStep? InForce(Plan plan) =>
        plan.Steps.Find(s => s.Id == TiDbStepIds.HoldScheduling) is { Attempt: > 0 } hold
        && plan.Steps.Find(s => s.Id == TiDbStepIds.ReleaseScheduling) is not { State: StepState.Succeeded }
        && !CleanedUpSteps.Is(plan, hold)
            ? hold
            : null;

    public static string Commands(PlanStep hold) => string.Join(
        ", ",
        Former(hold).Select(l => string.Create(
            CultureInfo.InvariantCulture, $"`pd-ctl config set {l.Key} {l.Value}`")));

    public static ActionItem LeftBehind(PlanStep hold) => new()
    {
        Reason = Reasons.ScheduleLimits,
        Subject = "schedule limits",
        Message = "While TiKVs are upgraded, PD neither merges nor balances Regions, and moves leaders faster. If the "
            + $"upgrade does not continue, run {Commands(hold)}.",
    };
}
