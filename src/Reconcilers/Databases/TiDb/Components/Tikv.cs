namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moves leaders away from a TiKV with evict-leader-scheduler and waits until none is left
/// (docs/project/research/tidb.md#tidb-ansible):
/// <list type="number">
/// <item>A TiKV that runs the new program, or does not run, needs no drain, nor does the only store.</item>
/// <item>The drain waits until only spec.drain.idleLimit of the settle time of the former store is left, until no store
/// outside its batch has the scheduler, and until leaders have returned to the former one.</item>
/// <item>While PD has a new leader that does not count leaders yet, the drain does not begin, for 15 min at
/// most.</item>
/// <item>The time of the beginning and the number of leaders are recorded; an automatic further attempt keeps
/// both.</item>
/// <item>The new program is copied beside the old one while leaders are still there.</item>
/// <item>evict-leader-scheduler is added to PD.</item>
/// <item>The leaders are counted every 2 s, and every 250 ms when few are left; every 30 s, and once that count is 0,
/// everything is read.</item>
/// <item>The time during which PD does not count leaders is part of no other limit; after 15 min of it the drain ends
/// as in 9.</item>
/// <item>If no leader has left for spec.drain.stalledFor, or spec.drain.timeout is over, the drain proceeds or fails,
/// as spec.drain.onTimeout says, and never silently (docs/project/research/tidb.md#rules).</item>
/// <item>It is done when PD and the TiKV itself count no leader, and PD has heard of its Regions or 3 min have
/// passed.</item>
/// </list>
/// If it fails, leaders stay away for spec.drain.idleLimit, so that the work is not lost while an administrator
/// decides.</summary>
[Traits(Drains = true, UnitMinutes = EstimatedMinutes)]
internal sealed record DrainTikv(ulong Store) : DrainInstance
{
    public const string LeadersKey = "leaders";

    /// <summary>Fact: the number of leaders that were left when the step proceeded although leaders stayed.</summary>
    public const string ProceededFact = "leadersLeft";

    /// <summary>The vendor's rule of thumb for one TiKV (docs/project/research/tidb.md#procedure).</summary>
    public const int EstimatedMinutes = 5;

    public const string NotCounted = "PD has a new leader that does not count leaders yet.";

    /// <summary>Leaders of Regions report to PD once a minute.</summary>
    public static readonly TimeSpan LongestHearing = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    // After a change of its leader PD runs no scheduler for up to 5 minutes
    // (docs/project/research/tidb.md#pd-as-observed).
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromMinutes(15);

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => spec.Drain.StepLimit(
        LongestWarmUp + KubernetesDuration.Parse(spec.Timeouts.Verify) + spec.Settle + Later);

    // A drain that was found done, or under way, has no receipt, and the swap evicts too: removing a scheduler that is
    // not there changes nothing. The scheduler of a TiKV that is skipped keeps nothing; the guard of schedulers names
    // it.
    internal override IEnumerable<Leftover> Undo(Step own, PlanProgress run, DatabaseRollingUpgradeSpec spec)
    {
        var name = own.Node!;
        var swap = run.Step<SwapInstance>(name);
        var isSwapBegun = swap is not null && HasActed(swap, run);
        if (!isSwapBegun && !HasActed(own, run))
        {
            yield break;
        }

        if (!isSwapBegun && swap is { State: not StepState.Succeeded })
        {
            yield return Leftover.PreparedProgram(name);
        }

        if (!spec.RemovedInstances.Contains(name, StringComparer.Ordinal))
        {
            var removal = $"pd-ctl scheduler remove {LeaderEviction.NameOf(Store)}";
            yield return new Leftover(name, LeftoverKind.Leaders)
            {
                RemoveAsync = (targets, token) => targets.Pd.LetLeadersBackAsync(Store, token),
                What = $"evict-leader-scheduler of {name}: {removal}",
                Advice =
                [
                    (name, $"While {name} is upgraded, evict-leader-scheduler keeps leaders away from store {Store}. "
                        + $"If the upgrade does not continue, run `{removal}`."),
                ],
            };
        }
    }

    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        DrainWatch.Of(context).ObserveAsync<TikvDrainView>(
            context, Spec.Drain, isWaitedFor: true, view => LookAsync(context, view, cancellationToken));

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        // A new attempt starts with an empty receipt; the plan still has the previous one. After a retry by the
        // administrator, or when leaders were given back meanwhile, the time starts again.
        var former = context.Step.Record.Tries == 0 ? null : context.Plan.Step(context.Step.Id)?.Receipt;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SinceKey] = former?.GetValueOrDefault(SinceKey) ?? Timestamps.Format(context.Time.GetUtcNow()),
            [LeadersKey] = former?.GetValueOrDefault(LeadersKey)
                ?? (await Targets.Pd.StoreAsync(Store, cancellationToken)).Leaders
                    .ToString(CultureInfo.InvariantCulture),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.IsAlive)
        {
            // The copy takes minutes on slow disks: not while the store has no leaders.
            await SwapInstance.StageAsync(Targets, context.Plan, instance, process, cancellationToken);
        }

        try
        {
            await Targets.Pd.EvictLeadersAsync(Store, cancellationToken);
        }
        catch (TargetException exception) when (
            context.Step.Record.NotTakenSince is { } since
            && context.Time.GetUtcNow() - since >= Spec.Drain.LongestStall())
        {
            throw new StepActionException(exception.Reason, exception.Message, retryable: false, exception);
        }
    }

    // Woken by the release that it may wait for.
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.Released.WaitAsync(
            context.Pass.Of<TikvDrainView>().Pause(LookEvery), context.Time, cancellationToken);

    private async Task<Observation> LookAsync(
        StepContext context, TikvDrainView view, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        if (view.MayLookBriefly(now))
        {
            // One small request; anything but leaders that are still counted is looked at as a whole.
            var store = await Targets.Pd.StoreAsync(Store, cancellationToken);
            if (view.IsSameProcess(store) && store.Leaders > 0)
            {
                return Judge(context, view, store.Leaders, now);
            }
        }

        return await LookAtWholeAsync(context, view, now, cancellationToken);
    }

    private async Task<Observation> LookAtWholeAsync(
        StepContext context, TikvDrainView view, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var isFirst = !view.HasSeen;
        if (isFirst && await NeedsNoDrainAsync(context, lookAge: null, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var drain = await StoreDrain.ReadAsync(Targets, instance, Store, cancellationToken);
        if (!isFirst
            && !view.IsSameProcess(drain.Store)
            && await NeedsNoDrainAsync(context, lookAge: null, cancellationToken) is { } other)
        {
            return new Observation.Done(other);
        }

        view.Saw(drain, now);
        if (drain is { IsOver: true, Unheard: { } unheard } && now - (view.UnheardSince ?? now) < LongestHearing)
        {
            return new Observation.Running(unheard);
        }

        if (drain.IsOver)
        {
            DrainWatch.Of(context).Forget();
            return new Observation.Done(drain.IsOnly
                ? "It is the only store: its leaders cannot move to another one."
                : await ToleratedAsync(drain, instance, cancellationToken));
        }

        if (!drain.IsEvicted)
        {
            DrainWatch.Of(context).Forget();
            return WaitsFor(Spec, context, drain) is { } former ? new Observation.Running(former)
                : !drain.IsCounted && now - (view.UncountedSince ?? now) < LongestWarmUp
                ? new Observation.Running(NotCounted)
                : new Observation.NotStarted($"{instance.Name} has no evict-leader-scheduler.");
        }

        return drain.IsCounted ? Judge(context, view, drain.Leaders, now) : WarmUp(context, view, drain, now);
    }

    // What is incomplete elsewhere does not prevent the stop, and is named.
    private async Task<string?> ToleratedAsync(
        StoreDrain drain, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var regions = await RegionSurvey.WithoutAsync(
            Targets, new HashSet<ulong> { Store }, drain.Stores, cancellationToken);
        return regions.Listed is { } listed
            ? $"No leader is left. PD lists incomplete Regions: {listed}; {regions.AtRisk.Count} of them would lose "
                + $"their quorum without {instance.Name}."
            : null;
    }

    // The time in which PD does not count is not part of any limit.
    private Observation WarmUp(StepContext context, TikvDrainView view, StoreDrain drain, DateTimeOffset now)
    {
        DrainWatch.Of(context).Forget();
        var since = view.UncountedSince ?? now;
        return now - since < LongestWarmUp
            ? new Observation.Running(NotCounted)
            : Overdue(
                context, drain.Leaders,
                $"PD has run only {drain.Schedulers} for {KubernetesDuration.Format(now - since)}, so its count "
                + "is not reliable (`pd-ctl scheduler show`)");
    }

    private Observation Judge(StepContext context, TikvDrainView view, long leaders, DateTimeOffset now)
    {
        var began = Since(context) ?? now;
        var taken = now - (view.CountedSince > began ? view.CountedSince.Value : began);
        return DrainWatch.Of(context).Overdue(context, Spec.Drain, taken, leaders) is { } why
            ? Overdue(context, leaders, why)
            : new Observation.Running(
                view.Pace.Describe(Before(context.Receipt(LeadersKey)) ?? leaders, leaders, taken, now));
    }

    public static long? Before(string? recorded) =>
        long.TryParse(recorded, NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before : null;

    private Observation.Done Overdue(StepContext context, long leaders, string why)
    {
        var text = leaders.ToString(CultureInfo.InvariantCulture);
        return Spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed
            ? new Observation.Done(
                $"{why}: {text} are left. The upgrade proceeds, as spec.drain.onTimeout says.",
                Entry(ProceededFact, text))
            : throw new StepActionException(
                Reasons.DrainTimeout,
                $"{why}: {text} are left on {context.Node}, which runs the old version. It gets its leaders back after "
                + $"{Spec.Drain.IdleLimit} (spec.drain.idleLimit). Find out why they stay (a slow or full store, "
                + "leader-schedule-limit), then retry; or stop it with them: `spec.drain.onTimeout: Proceed`.",
                retryable: false);
    }

    // Whether the drain has to wait for the store before it. Leaders are kept away from one store, or from those of one
    // batch, at a time: the scheduler of the former store is removed only when the store is Up on the new version
    // (VerifyTikv), and it then gets leaders back first.
    private static string? WaitsFor(DatabaseRollingUpgradeSpec spec, StepContext context, StoreDrain drain)
    {
        var now = context.Time.GetUtcNow();
        var replaced = DrainTurn.Replaced(context, s => s.Is<SwapInstance>());
        if (DrainTurn.Early(spec, replaced, now) is { } early)
        {
            return early;
        }

        var together = StoppedTogether.Others(context.Plan, context.Step);
        foreach (var former in context.Plan.Steps.Where(s => s.Is<VerifyTikv>()
            && s.Node != context.Node
            && !together.Contains(s.Node, StringComparer.Ordinal)))
        {
            var store = former.As<VerifyTikv>().Store;
            if (former.Node is not { } name || !spec.Instances.Exists(i => i.Name == name))
            {
                continue;
            }

            if (drain.Evicted.Contains(store))
            {
                return former.State != StepState.Succeeded
                    && context.Plan.Step<DrainTikv>(name) is { Attempt: > 0 }
                    ? $"Waiting until {name} may have leaders again."
                    : "Waiting: an evict-leader-scheduler from outside this upgrade keeps leaders away from store "
                        + $"{store} ({name}). If no other work needs it, run `pd-ctl scheduler remove "
                        + $"evict-leader-scheduler-{store}`.";
            }

            // The plan is that of the beginning of the wait: the verification may have ended since.
            if (former.State != StepState.Succeeded
                && replaced is { } at
                && context.Plan.Step<SwapInstance>(name) is { State: StepState.Succeeded }
                && drain.Stores.FirstOrDefault(s => s.Id == store) is { } present
                && VerifyTikv.MissingLeaders(context.Plan, name, present, now - at) is { } missing)
            {
                return $"Waiting for {name}: {missing}";
            }
        }

        return null;
    }
}

/// <summary>What one job has seen of the drain of a TiKV.</summary>
internal sealed class TikvDrainView : DrainView
{
    private PdStore? _store;

    /// <summary>Since when PD has not counted leaders; null while it does.</summary>
    public DateTimeOffset? UncountedSince { get; private set; }

    /// <summary>Since when PD counts leaders again; null if it always did.</summary>
    public DateTimeOffset? CountedSince { get; private set; }

    /// <summary>Since when PD has not heard of all Regions of the store; null while it has.</summary>
    public DateTimeOffset? UnheardSince { get; private set; }

    public bool HasSeen => _store is not null;

    public override bool MayLookBriefly(DateTimeOffset now) => UncountedSince is null && base.MayLookBriefly(now);

    public bool IsSameProcess(PdStore? store) =>
        store is { IsUp: true } && store.StartedAt == _store?.StartedAt && store.Version == _store?.Version;

    public void Saw(StoreDrain drain, DateTimeOffset now)
    {
        if (UncountedSince is not null && drain.IsCounted)
        {
            CountedSince = now;
        }

        UncountedSince = drain.IsCounted ? null : UncountedSince ?? now;

        UnheardSince = drain.Unheard is null ? null : UnheardSince ?? now;

        // Before the scheduler is there, every look is a whole one.
        _store = drain.Store;
        WholeAt = drain.IsEvicted ? now : null;
    }
}

/// <summary>How far leaders have left a store.</summary>
/// <param name="IsEvicted">Whether the evict-leader scheduler is persisted (schedulers-v2;
/// docs/project/research/tidb.md#pd-as-observed).</param>
/// <param name="IsCounted">Whether the count is reliable: a PD that has just become the leader runs no scheduler and
/// knows no leader of any Region for a while.</param>
/// <param name="Leaders">The Regions it leads by PD's count; once that is 0, by its own, if it reports one.</param>
/// <param name="IsOnly">Whether there is no other store that could lead.</param>
/// <param name="Evicted">All stores with that scheduler.</param>
/// <param name="Unheard">How many of its Regions a PD with a new leader has heard of, as a sentence; null once it has
/// heard of all, or if there is no other store. Until then its lists of incomplete Regions are incomplete
/// themselves.</param>
internal sealed record StoreDrain(
    bool IsEvicted, bool IsCounted, long Leaders, bool IsOnly, PdStore? Store, IReadOnlyList<PdStore> Stores,
    IReadOnlySet<ulong> Evicted, string Schedulers, string? Unheard)
{
    // Regions split while data is written.
    private const double MostHeard = 0.99;

    public bool IsOver => IsOnly || (IsEvicted && IsCounted && Leaders == 0);

    public static async Task<StoreDrain> ReadAsync(
        TiDbTargets targets, DatabaseInstance instance, ulong storeId, CancellationToken cancellationToken)
    {
        var pd = targets.Pd;
        var schedule = await pd.ScheduleAsync(cancellationToken);
        var running = await pd.RunningSchedulersAsync(cancellationToken);
        var stores = await pd.StoresAsync(cancellationToken);
        var own = stores.FirstOrDefault(s => s.Id == storeId);

        // A scheduler of a store that has left stays persisted, and a new leader of PD does not run it.
        var gone = schedule.Evicted
            .Where(id => !stores.Any(s => s.Id == id && !s.IsTombstone))
            .Select(LeaderEviction.NameOf)
            .ToHashSet(StringComparer.Ordinal);
        var (runs, wanted) = (running.Count(n => !gone.Contains(n)), schedule.EnabledSchedulers - gone.Count);
        var isCounted = runs >= wanted;

        // The metrics of a TiKV are megabytes: they are asked for only where PD's count would end the drain.
        var counts = own is { Leaders: > 0 } || !isCounted
            ? (Leaders: null, Regions: null)
            : await targets.Tikv.RegionsAsync(targets.Spec.Status(instance), cancellationToken);
        var leaders = own is { Leaders: > 0 and var counted } ? counted : (long)(counts.Leaders ?? 0);
        var isOnly = stores.Count(s => !s.IsTombstone) <= 1;
        return new StoreDrain(
            schedule.Evicted.Contains(storeId), isCounted, leaders, isOnly, own, stores, schedule.Evicted,
            $"{runs} of {wanted} schedulers",
            !isOnly && own is not null && counts.Regions is { } all && own.Regions < all * MostHeard
                ? $"PD has a new leader that has heard of {own.Regions} of {all:0} Regions of {instance.Name} so far."
                : null);
    }
}

/// <summary>A TiKV is verified when PD reports its store Up with a new start time and the new version
/// (docs/project/research/tidb.md#tikv). Only then is the evict-leader scheduler removed, confirmed by schedulers-v2
/// (docs/project/research/tidb.md#pd-as-observed), and leaders have some time to return.</summary>
internal sealed record VerifyTikv(ulong Store) : VerifyInstance
{
    private const long EnoughLeaders = 200;
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(400);

    // PD keeps the start time in whole seconds.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    protected override async Task<Observation?> InClusterAsync(
        SeenInstance seen, CancellationToken cancellationToken) =>
        Missing(await Targets.Pd.StoreAsync(Store, cancellationToken), seen.Process) is { } missing
            ? new Observation.Running(missing)
            : null;

    protected override async Task<Observation?> AfterwardsAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        if ((await Targets.Pd.ScheduleAsync(cancellationToken)).Evicted.Contains(Store))
        {
            return new Observation.NotStarted($"Store {Store} still has its evict-leader-scheduler.");
        }

        if (seen.Process.StartedAt is null)
        {
            return null;
        }

        var store = await Targets.Pd.StoreAsync(Store, cancellationToken);
        var waited = seen.Context.Time.GetUtcNow() - Began(seen.Context);
        return MissingLeaders(seen.Context.Plan, seen.Instance.Name, store, waited) is { } missing
            ? new Observation.Running(missing)
            : null;
    }

    /// <summary>Leaders have some time to return to a TiKV, as with tidb-operator and tiup
    /// (docs/project/research/tidb.md#tiup): two thirds of them, if there were enough, and 400 s at most.</summary>
    public static string? MissingLeaders(PlanProgress plan, string instance, PdStore store, TimeSpan waited)
    {
        var before = DrainTikv.Before(plan.Step<DrainTikv>(instance)?.Recorded(DrainTikv.LeadersKey)) ?? 0;
        return before < EnoughLeaders || waited >= LongestReturn || store.Leaders * 3 >= before * 2
            ? null
            : $"{store.Leaders} of {before} leaders have returned.";
    }

    protected override async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await Targets.Pd.LetLeadersBackAsync(Store, cancellationToken);
        Targets.Released.Set();
    }

    private string? Missing(PdStore store, InstanceProcess process) =>
        !store.IsUp
            ? $"Store {store.Id} is {store.State}."
        : !TiDbVersion.Same(store.Version, Spec.ToVersion)
            ? $"PD reports store {store.Id} with version {store.Version}."
        : store.StartedAt is { } known && process.StartedAt is { } started && known + Precision < started
            ? $"PD has not heard from store {store.Id} since it was started."
            : null;
}
