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

    public static IReadOnlyDictionary<string, long> Wanted(IReadOnlyDictionary<string, long> former, long leaderLimit)
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

    /// <summary>Whether the limits are exactly those of an upgrade.</summary>
    public static bool AreHeld(IReadOnlyDictionary<string, long> now, long leaderLimit) =>
        now.Count > 0
        && Stopped.All(n => now.GetValueOrDefault(n) == 0)
        && now.GetValueOrDefault(LeaderLimit) >= leaderLimit;

    /// <summary>The limits to restore, when none was recorded yet. Limits that are exactly those of an upgrade are its
    /// own if the status was put back to an older copy: then those that it saved count.</summary>
    /// <param name="saved">The limits that this attempt has saved; null if it has saved none.</param>
    public static string Text(Plan plan, IReadOnlyDictionary<string, long> now, string? saved, long leaderLimit)
    {
        var former = now;
        if (saved is not null && AreHeld(now, leaderLimit))
        {
            // The early step may have lowered it since then.
            var early = plan.Steps.Find(s => s.Id == TiDbStepIds.LimitMergingEarly);
            var most = early?.Recorded(LimitMerging.FormerKey) is null
                ? long.MaxValue
                : early.As<LimitMerging>().Limit;
            former = PdSchedule.ParseLimits(saved).ToDictionary(
                l => l.Key, l => l.Key == MergeLimit ? Math.Min(l.Value, most) : l.Value, StringComparer.Ordinal);
        }

        return PdSchedule.Text(Wanted(former, leaderLimit).Keys.Select(n => (n, former[n])));
    }

    /// <summary>The values to restore: of the limits that still have the value of the upgrade. Others were changed by
    /// an administrator meanwhile, and stay.</summary>
    /// <param name="hold">The step that changed the limits.</param>
    /// <param name="now">The limits now.</param>
    /// <param name="mergeLimit">The most that merge-schedule-limit is restored to; null for its former value.</param>
    public static IReadOnlyDictionary<string, long> ToRestore(
        PlanStep hold, IReadOnlyDictionary<string, long> now, long? mergeLimit)
    {
        var former = Former(hold);
        var wanted = Wanted(former, hold.As<HoldScheduling>().LeaderLimit);
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

    /// <summary>What an administrator has to do about the limits; null if nothing.</summary>
    public static ActionItem? LeftBehind(Plan plan)
    {
        var unknown = plan.Steps.Find(s => s.Id == TiDbStepIds.HoldScheduling) is { } step
            && AreHeld(Former(step), step.As<HoldScheduling>().LeaderLimit)
            ? $"Before this upgrade stopped balancing, PD had {string.Join(
                ", ", Former(step).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key} {l.Value}")))}: "
                + "exactly what an upgrade sets, so an interrupted one may have left them, and they were not changed. "
                + "If no administrator set them, run `pd-ctl config set NAME VALUE` for each with your own values "
                + "(schedule-limits.txt in the Secret *-configuration-* of an earlier upgrade has them)."
            : null;
        var message = unknown ?? (InForce(plan) is { } hold
            ? "While TiKVs are upgraded, PD neither merges nor balances Regions, and moves leaders faster. If the "
                + $"upgrade does not continue, run {Commands(hold)}."
            : null);
        return message is null
            ? null
            : new() { Reason = Reasons.ScheduleLimits, Subject = "schedule limits", Message = message };
    }
}
