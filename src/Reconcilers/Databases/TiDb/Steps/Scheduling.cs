namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The schedule limits of PD while TiKVs are upgraded: Regions are neither merged nor balanced, so that their
/// replicas are complete when a TiKV is stopped, and leaders leave and return faster. Between two versions of 3.0
/// replica-schedule-limit keeps its value: PD must be able to repair the Regions of a store that dies meanwhile, and it
/// starts no such repair for a TiKV that is away for less than 30 minutes
/// (docs/project/research/tidb.md#schedule-limits). While TiKVs of 2.1 and 3.0 run together, a learner that is promoted
/// after a split makes a Region unreadable (tikv/tikv#8967), so PD must not change replicas.</summary>
internal static class ScheduleHold
{
    public const string MergeLimit = "merge-schedule-limit";
    public const string RepairLimit = "replica-schedule-limit";
    private const string LeaderLimit = "leader-schedule-limit";
    private static readonly string[] Stopped = [MergeLimit, "region-schedule-limit", "hot-region-schedule-limit"];

    public static IReadOnlyDictionary<string, long> Wanted(
        IReadOnlyDictionary<string, long> former, HoldScheduling hold)
    {
        var wanted = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in (hold.StopsRepair ? Stopped.Append(RepairLimit) : Stopped).Where(former.ContainsKey))
        {
            wanted[name] = 0;
        }

        if (former.TryGetValue(LeaderLimit, out var leaders))
        {
            wanted[LeaderLimit] = Math.Max(leaders, hold.LeaderLimit);
        }

        return wanted;
    }

    /// <summary>Whether the limits are exactly those of an upgrade, with or without repair.</summary>
    public static bool AreHeld(IReadOnlyDictionary<string, long> now, long leaderLimit) =>
        now.Count > 0
        && Stopped.All(n => now.GetValueOrDefault(n) == 0)
        && now.GetValueOrDefault(LeaderLimit) >= leaderLimit;

    /// <summary>The limits to restore, when none was recorded yet. Limits that are exactly those of an upgrade are its
    /// own if the status was put back to an older copy: then those that it saved count.</summary>
    /// <param name="saved">The limits that this attempt has saved; null if it has saved none.</param>
    public static string Text(
        PlanProgress plan, IReadOnlyDictionary<string, long> now, string? saved, HoldScheduling hold)
    {
        var former = now;
        if (saved is not null && AreHeld(now, hold.LeaderLimit))
        {
            // The early step may have lowered it since then.
            var early = plan.Step<LimitMerging>(phase: DatabaseRollingUpgradePhases.UpgradePD);
            var most = early?.Recorded(LimitMerging.FormerKey) is null ? long.MaxValue : early.As<LimitMerging>().Limit;
            former = PdSchedule.ParseLimits(saved).ToDictionary(
                l => l.Key, l => l.Key == MergeLimit ? Math.Min(l.Value, most) : l.Value, StringComparer.Ordinal);
        }

        return PdSchedule.Text(Wanted(former, hold).Keys.Select(n => (n, former[n])));
    }

    /// <summary>The values to restore: of the limits that still have the value of the upgrade. Others were changed by
    /// an administrator meanwhile, and stay.</summary>
    /// <param name="mergeLimit">The most that merge-schedule-limit is restored to; null for its former value.</param>
    public static IReadOnlyDictionary<string, long> ToRestore(
        Step hold, IReadOnlyDictionary<string, long> now, long? mergeLimit)
    {
        var former = Former(hold);
        var wanted = Wanted(former, hold.As<HoldScheduling>());
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

    public static async Task RestoreAsync(
        TiDbTargets targets, Step hold, long? mergeLimit, CancellationToken cancellationToken)
    {
        var now = (await targets.Pd.ScheduleAsync(cancellationToken)).Limits;
        await targets.Pd.SetLimitsAsync(ToRestore(hold, now, mergeLimit), cancellationToken);
    }

    public static IReadOnlyDictionary<string, long> Former(Step hold) =>
        PdSchedule.ParseLimits(hold.Recorded(HoldScheduling.FormerKey));

    public static string Commands(Step hold) =>
        string.Join(", ", Former(hold).Select(l => $"`pd-ctl config set {l.Key} {l.Value}`"));
}

/// <summary>Stops merging and balancing before the first TiKV, and lets leaders move faster
/// (<see cref="ScheduleHold"/>). <see cref="ReleaseScheduling"/> restores the limits, and its undo at every other
/// end.</summary>
/// <param name="LeaderLimit">The least value of leader-schedule-limit; 0 leaves it unchanged.</param>
/// <param name="StopsRepair">From 2.1 to 3.0: PD does not change replicas either, and what it has begun is waited for.
/// While a store is not Up, PD keeps on repairing, and no TiKV is stopped.</param>
[Step("hold-scheduling", "Stop merging and balancing while TiKVs are upgraded")]
[Traits(Drains = true)]
internal sealed record HoldScheduling(long LeaderLimit, bool StopsRepair = false) : TiDbStep
{
    public const string FormerKey = "former";
    public const string Issue = "tikv/tikv#8967";
    private const int Named = 3;

    protected override bool MayPrepareEarly => false;

    internal override IEnumerable<Leftover> Undo(Step own, PlanProgress run, DatabaseRollingUpgradeSpec spec)
    {
        var isInForce = HasActed(own, run)
            && run.Step<ReleaseScheduling>() is not { State: StepState.Succeeded };
        var former = ScheduleHold.Former(own);
        var advice = ScheduleHold.AreHeld(former, LeaderLimit)
            ? $"Before this upgrade stopped balancing, PD had "
                + $"{string.Join(", ", former.Select(l => $"{l.Key} {l.Value}"))}: an interrupted upgrade may "
                + "have left them, so they were not changed. If no administrator set them, run "
                + "`pd-ctl config set NAME VALUE` for each with your values (schedule-limits.txt in the Secret "
                + "*-configuration-* of an earlier upgrade)."
            : !isInForce ? null
            : "While TiKVs are upgraded, PD neither merges nor balances Regions, and moves leaders faster. If the "
                + $"upgrade does not continue, run {ScheduleHold.Commands(own)}.";
        return advice is null ? [] :
        [
            new Leftover(own.Id, LeftoverKind.Setting)
            {
                RemoveAsync = isInForce
                    ? (targets, token) => ScheduleHold.RestoreAsync(targets, own, mergeLimit: null, token)
                    : null,
                What = $"schedule limits: {ScheduleHold.Commands(own)}",
                Advice = [("schedule limits", advice)],
            },
        ];
    }

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var schedule = await Targets.Pd.ScheduleAsync(cancellationToken);
        var down = await FindDownAsync(cancellationToken);
        var missing = ToSet(context, schedule, down);
        return missing.Count > 0
            ? new Observation.NotStarted("PD does not have the limits of the upgrade.")
            {
                // A store went down or came back since.
                IsSameAttempt = missing.Keys.All(name => name == ScheduleHold.RepairLimit)
                    && context.Time.GetUtcNow() - Began(context) < TimeLimit(Spec),
            }
            : down is not null
            ? new Observation.Running(down)
            : StopsRepair && await FindPendingAsync(Targets, cancellationToken) is { } pending
            ? new Observation.Running(pending)
            : new Observation.Done(
                null,
                context.Receipt(FormerKey) is null || context.Step.Record.CleanedUpAt is not null
                    ? Entry(FormerKey, await FormerAsync(context, schedule, cancellationToken))
                    : null);
    });

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        ReserveFormerAsync(context, FormerKey, async () => await FormerAsync(
            context, await Targets.Pd.ScheduleAsync(cancellationToken), cancellationToken));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pd = Targets.Pd;
        var down = await FindDownAsync(cancellationToken);
        await pd.SetLimitsAsync(
            ToSet(context, await pd.ScheduleAsync(cancellationToken), down), cancellationToken);
    }

    private async Task<string> FormerAsync(
        StepContext context, PdSchedule schedule, CancellationToken cancellationToken)
    {
        var saved = await ConfigurationSecret.ReadAsync(Targets.Context, cancellationToken);
        return ScheduleHold.Text(
            context.Plan, schedule.Limits, saved?.GetValueOrDefault(SaveConfiguration.LimitsFile), this);
    }

    private async Task<string?> FindDownAsync(CancellationToken cancellationToken)
    {
        var stores = StopsRepair ? await Targets.Pd.StoresAsync(cancellationToken) : [];
        var down = stores.Where(s => !s.IsTombstone && !s.IsUp).ToList();
        return down.Count == 0 ? null
            : $"{Sentences.List([.. down.Select(s => $"Store {s.Id} ({s.Address}) is {s.State}")], Named)}. "
                + $"{ScheduleHold.RepairLimit} keeps its value, so that PD repairs its Regions. No TiKV is stopped, "
                + $"because replicas must not change while 2.1 and 3.0 run together ({Issue}). Start the store, or "
                + $"remove it with `pd-ctl store delete {down[0].Id}`.";
    }

    /// <summary>What changes replicas although it must not, right before a TiKV is stopped; null if nothing
    /// does.</summary>
    public async Task<string?> FindChangeAsync(TiDbTargets targets, CancellationToken cancellationToken)
    {
        if (!StopsRepair)
        {
            return null;
        }

        var limit = (await targets.Pd.ScheduleAsync(cancellationToken)).Limits
            .GetValueOrDefault(ScheduleHold.RepairLimit);
        return limit != 0
            ? $"{ScheduleHold.RepairLimit} is {limit}, and must be 0 while TiKVs of 2.1 and 3.0 run together "
                + $"({Issue}). Run `pd-ctl config set {ScheduleHold.RepairLimit} 0`."
            : await FindPendingAsync(targets, cancellationToken);
    }

    private static async Task<string?> FindPendingAsync(TiDbTargets targets, CancellationToken cancellationToken)
    {
        var all = await targets.Pd.OperatorsAsync(cancellationToken);
        var pending = all.Where(o => !PdScheduling.OnlyMovesLeader(o)).ToList();
        return pending.Count == 0 ? null
            : $"Waiting until PD has changed replicas or Regions ({Sentences.List(pending, Named, "; ")}). While TiKVs "
                + $"of 2.1 and 3.0 run together, such a change can make a Region unreadable ({Issue}). To cancel one, "
                + "run `pd-ctl operator remove REGION`.";
    }

    // While a store is not Up, repair has the value of before.
    private Dictionary<string, long> ToSet(StepContext context, PdSchedule schedule, string? down)
    {
        var former = ScheduleHold.Former(context.Step);
        return ScheduleHold.Wanted(schedule.Limits, this)
            .Select(w => (w.Key, Now: schedule.Limits[w.Key], w.Value))
            .Select(w => down is null || w.Key != ScheduleHold.RepairLimit
                ? w
                : w with { Value = former.GetValueOrDefault(w.Key, w.Now) })
            .Where(w => w.Now != w.Value)
            .ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal);
    }
}

/// <summary>Restores the limits that <see cref="HoldScheduling"/> changed. merge-schedule-limit gets at most the value
/// that it has until tuning raises it: 3.0 merges Regions where 2.1 did not
/// (docs/project/research/tidb.md#procedure).</summary>
/// <param name="MergeLimit">The most that merge-schedule-limit is restored to.</param>
[Step("release-scheduling", "Restore the schedule limits")]
internal sealed record ReleaseScheduling(long MergeLimit) : TiDbStep
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var hold = Hold(context);
        var now = (await Targets.Pd.ScheduleAsync(cancellationToken)).Limits;
        if (ScheduleHold.ToRestore(hold, now, MergeLimit).Count > 0)
        {
            return new Observation.NotStarted("PD does not have its former limits.");
        }

        var limits = ScheduleHold.Former(hold).Keys.Where(now.ContainsKey)
            .Select(n => $"{n} {now[n]}");
        return new Observation.Done($"The schedule limits are {string.Join(", ", limits)}.");
    });

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        ScheduleHold.RestoreAsync(Targets, Hold(context), MergeLimit, cancellationToken);

    private static Step Hold(StepContext context) =>
        context.Plan.Step<HoldScheduling>() ?? throw new KeyNotFoundException(
            $"The plan has no step {nameof(HoldScheduling)}, so it does not fit {nameof(ReleaseScheduling)}.");
}

/// <summary>merge-schedule-limit during and after an upgrade. What an administrator had lowered is never raised unless
/// the spec asks for it. Pure.</summary>
/// <param name="First">The value after the upgrade, before tuning.</param>
/// <param name="Final">The value after tuning.</param>
internal sealed record MergeLimits(long First, long Final)
{
    // PD's default.
    private const long Default = 8;

    public static MergeLimits Of(TiDbSpec tidb, IReadOnlyDictionary<string, long> before)
    {
        long? former = before.TryGetValue(ScheduleHold.MergeLimit, out var known) ? known : null;
        var first = Math.Min(former ?? tidb.MergeScheduleLimit, tidb.MergeScheduleLimit);
        var final = tidb.MergeScheduleLimit == 0 ? first : tidb.TuneScheduling.MergeScheduleLimit ?? former ?? Default;
        return new MergeLimits(first, Math.Max(first, final));
    }

    /// <summary>The values that tuning sets: doubled each time (2, then gradually to 8;
    /// docs/project/research/tidb.md#procedure).</summary>
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

/// <summary>Lowers merge-schedule-limit and never raises it (2 at first; docs/project/research/tidb.md#procedure): 3.0
/// merges Regions where 2.1 did not, and there are many to merge. The early step, right after the last PD, does so only
/// if merging came with the new PD; PD's configuration is read and not assumed, because values in etcd take precedence
/// (docs/project/research/tidb.md#pd). The former limits are recorded.</summary>
/// <param name="Limit">The most that merge-schedule-limit may be.</param>
/// <param name="Before">The limits before the upgrade; the step then acts only if the new PD merges and the old one
/// did not.</param>
[Step(ScheduleHold.MergeLimit, "Limit merging")]
internal sealed record LimitMerging(long Limit, Dictionary<string, long>? Before = null) : TiDbStep
{
    public const string FormerKey = "former";

    /// <summary>The end of the id of the early step.</summary>
    public const string EarlyVerb = "limit-merging";

    public const string EarlyTitle = "Limit merging if the new PD has begun to merge";
    private const string LimitName = ScheduleHold.MergeLimit;

    protected override bool MayPrepareEarly => false;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var schedule = await Targets.Pd.ScheduleAsync(cancellationToken);
        return schedule.Limit(LimitName) is { } present && present <= Limit
            ? new Observation.Done(
                $"{LimitName} is {present}.",
                context.Receipt(FormerKey) is null ? Entry(FormerKey, schedule.LimitsText()) : null)
            : Before is { } before && !HasBegunToMerge(before, schedule)
            ? new Observation.Done($"The new PD merges as the old one did ({schedule.LimitsText()}).")
            : new Observation.NotStarted($"{LimitName} is not {Limit} or less.");
    });

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        context.Receipt(FormerKey) is not null
            ? Receipt(context)
            : Entry(FormerKey, (await Targets.Pd.ScheduleAsync(cancellationToken)).LimitsText());

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.Pd.SetLimitAsync(LimitName, Limit, cancellationToken);

    private static bool HasBegunToMerge(Dictionary<string, long> before, PdSchedule now) =>
        now.Merges
        && !(before.GetValueOrDefault("max-merge-region-size") > 0 && before.GetValueOrDefault(LimitName) > 0);
}

/// <summary>Raises a schedule limit once the number of Regions has been stable for a while
/// (docs/project/research/tidb.md#procedure). If tikvclient_backoff_count rises, raising stops at the current value.
/// The step never fails: what cannot be read is waited for, and when spec.timeouts.tuneScheduling is over (an
/// administrator may shorten it at any time to end the step) the limits are unchanged.</summary>
/// <param name="Name">The limit, as PD's configuration names it.</param>
internal sealed record RaiseScheduleLimit(string Name, long Limit) : TiDbStep
{
    public const string StoppedFact = "stopped";
    public const string ValueFact = "value";
    private const int LooksOfStability = 20;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // Regions split all the time if data is written: a change of 1 % counts as stable.
    private const double StableFraction = 0.01;

    // The end of a short stableFor is not seen late; a long one is not watched closely.
    protected override TimeSpan Pause
    {
        get
        {
            var part = KubernetesDuration.Parse(Tune.StableFor) / LooksOfStability;
            return part < ShortestPause ? ShortestPause : part > LongestPause ? LongestPause : part;
        }
    }

    private TuneSchedulingSpec Tune => Targets.Settings.TuneScheduling;
    internal override string Verb => Name == ScheduleHold.MergeLimit ? $"{Name}-{Limit}" : Name;

    internal override string Title(string? node) => $"Raise {Name} to {Limit} once the number of Regions is stable";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.TuneScheduling) + Later;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.AllRecorded(context.Step.Phase, StoppedFact).FirstOrDefault() is { Value: { } why })
        {
            return Stopped(why);
        }

        if (context.Time.GetUtcNow() - FirstSince(context) >= KubernetesDuration.Parse(Spec.Timeouts.TuneScheduling))
        {
            return Stopped("spec.timeouts.tuneScheduling is over");
        }

        try
        {
            return await WatchAsync(context, cancellationToken);
        }
        catch (TargetException exception)
        {
            return new Observation.Running($"Waiting for an answer: {exception.Message}");
        }
    }

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        SinceAsync(context, Began(context));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Targets.Pd.SetLimitAsync(Name, Limit, cancellationToken);
        }
        catch (TiDbApiException exception)
        {
            // It must not fail the upgrade: the request is repeated until the time is over.
            throw NotYet(exception.Reason, exception.Message);
        }
    }

    private async Task<Observation> WatchAsync(StepContext context, CancellationToken cancellationToken)
    {
        var schedule = await Targets.Pd.ScheduleAsync(cancellationToken);
        if (schedule.Limit(Name) is { } present && present >= Limit)
        {
            var value = present.ToString(CultureInfo.InvariantCulture);
            return new Observation.Done($"{Name} is {value}.", Entry(ValueFact, value));
        }

        var now = context.Time.GetUtcNow();
        var regions = (await Targets.Pd.StoresAsync(cancellationToken)).Sum(s => s.Regions);
        var watch = context.Memory.Of<SchedulingWatch>();
        watch.Add(now, regions, await BackoffsAsync(cancellationToken));
        if (watch.BackoffsPerMinute is { } rate && rate > Tune.MaxBackoffPerMinute)
        {
            return Stopped($"tikvclient_backoff_count rose by {rate:0} in a minute, more than "
                + $"{Tune.MaxBackoffPerMinute}");
        }

        var stable = watch.StableFor(now, StableFraction);
        var text = $"The number of Regions has been stable for {KubernetesDuration.Format(stable)}";
        return stable >= KubernetesDuration.Parse(Tune.StableFor)
            ? new Observation.NotStarted($"{text}.")
            : new Observation.Running($"{text} of {Tune.StableFor}.");
    }

    // A server that does not answer is not counted: its rise shows when it answers.
    private async Task<double> BackoffsAsync(CancellationToken cancellationToken)
    {
        var sum = 0.0;
        foreach (var server in Spec.Of(DatabaseComponent.TiDB))
        {
            var metrics = await Targets.Tidb.MetricsAsync(Spec.Status(server), cancellationToken);
            sum += metrics.Sum(n => n.EndsWith("tikvclient_backoff_count", StringComparison.Ordinal)
                || n.EndsWith("tikvclient_backoff_total", StringComparison.Ordinal)) ?? 0;
        }

        return sum;
    }

    private Observation.Done Stopped(string why) => new($"{Name} is not raised: {why}.", Entry(StoppedFact, why));

    // The time counts from the first of all steps that raise limits; each attempt of a step has a later start.
    private static DateTimeOffset FirstSince(StepContext context) => context.Plan.Steps
        .Where(s => s.Phase == context.Step.Phase && s is { State: StepState.Succeeded, StartedAt: not null })
        .Select(s => s.StartedAt!.Value)
        .Append(Since(context) ?? Began(context))
        .Min();
}

/// <summary>Observed numbers of Regions and back-offs over time.</summary>
internal sealed class SchedulingWatch
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly List<(DateTimeOffset At, long Regions, double Backoffs)> _samples = [];

    public double? BackoffsPerMinute
    {
        get
        {
            if (_samples.Count == 0)
            {
                return null;
            }

            var last = _samples[^1];
            var first = _samples.FindLast(s => last.At - s.At >= Minute);
            var span = last.At - first.At;

            // A counter that decreased belongs to a process that was restarted.
            return first.At == default ? null : Math.Max(0, last.Backoffs - first.Backoffs) / span.TotalMinutes;
        }
    }

    public void Add(DateTimeOffset at, long regions, double backoffs) => _samples.Add((at, regions, backoffs));

    public TimeSpan StableFor(DateTimeOffset now, double fraction)
    {
        if (_samples.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var present = _samples[^1].Regions;
        var moved = _samples.FindLastIndex(s => Math.Abs(s.Regions - present) > Math.Max(1, present * fraction));

        // Samples before the last change are not needed any more.
        _samples.RemoveRange(0, Math.Max(0, moved));
        return now - _samples[moved < 0 ? 0 : Math.Min(1, _samples.Count - 1)].At;
    }
}
