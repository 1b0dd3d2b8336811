using System.Runtime.CompilerServices;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moves leaders away from a TiKV with evict-leader-scheduler and waits until none is left
/// (docs/research/tidb.md#tidb-ansible). Progress decides how long: if no leader has left for spec.drain.stalledFor, or
/// spec.drain.timeout is over, it proceeds or fails, as spec.drain.onTimeout says, and never silently
/// (docs/research/tidb.md#rules). If it fails, leaders stay away for spec.drain.idleLimit, so that the work is not lost
/// while an administrator decides.</summary>
/// <param name="Store">The store of the TiKV.</param>
internal sealed record DrainTikv(ulong Store) : TiDbStep
{
    /// <summary>Receipt key: since when leaders have been moving away, over all automatic attempts.</summary>
    public const string SinceKey = "since";

    public const string LeadersKey = "leaders";

    /// <summary>Fact: the number of leaders that were left when the step proceeded although leaders stayed.</summary>
    public const string ProceededFact = "leadersLeft";

    private const string NotCounted = "PD has a new leader that does not count leaders yet.";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    // After a change of its leader PD runs no scheduler for up to 5 minutes (docs/research/tidb.md#pd-as-observed).
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromMinutes(15);

    // Leaders of Regions report to PD once a minute.
    private static readonly TimeSpan LongestHearing = TimeSpan.FromMinutes(3);

    private readonly DrainWatch _watch = new();

    // One context belongs to one job that follows the step.
    private static readonly ConditionalWeakTable<StepContext, TikvDrainView> Views = [];

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var view = Views.GetValue(context, static _ => new TikvDrainView());
        try
        {
            var seen = await LookAsync(context, view, cancellationToken);
            view.UnreadableSince = null;
            return seen;
        }
        catch (TargetException exception) when (exception is not HostException)
        {
            // Waited for as long as for leaders that stay.
            var now = context.Time.GetUtcNow();
            var since = view.UnreadableSince ??= now;
            _watch.Forget(context.Step.Attempt);
            return now - since < Spec.Drain.LongestStall()
                ? new Observation.Running(exception.Message)
                : throw new StepActionException(
                    exception.Reason,
                    $"The drain of {context.Node} could not be observed for {Spec.Drain.StalledFor} "
                    + $"(spec.drain.stalledFor); {context.Node} was not stopped. {exception.Message}",
                    retryable: false,
                    exception);
        }
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // A new attempt starts with an empty receipt; the plan still has the previous one. After a retry by the
        // administrator, or when leaders were given back meanwhile, the time starts again.
        var former = context.Step.Tries == 0 ? null : context.Plan.Steps.Find(s => s.Id == context.Step.Id)?.Receipt;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SinceKey] = former?.GetValueOrDefault(SinceKey) ?? Timestamps.Text(context.Time.GetUtcNow()),
            [LeadersKey] = former?.GetValueOrDefault(LeadersKey)
                ?? (await Targets.Pd().StoreAsync(Store, cancellationToken)).Leaders
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
            await new StagedProgram(Targets, context.Plan, instance).StageAsync(process, cancellationToken);
        }

        try
        {
            await Targets.Pd().EvictLeadersAsync(Store, cancellationToken);
        }
        catch (TargetException exception) when (
            context.Step.NotTakenSince is { } since
            && context.Time.GetUtcNow() - since >= Spec.Drain.LongestStall())
        {
            throw new StepActionException(exception.Reason, exception.Message, retryable: false, exception);
        }
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(LookEvery, context.Time, cancellationToken);

    private async Task<Observation> LookAsync(
        StepContext context, TikvDrainView view, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        if (view.MayLookBriefly(now))
        {
            // One small request; anything but leaders that are still counted is looked at as a whole.
            var store = await Targets.Pd().StoreAsync(Store, cancellationToken);
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
        if (isFirst
            && await NeedsNoDrainAsync(context, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var drain = await StoreDrain.ReadAsync(Targets, instance, Store, cancellationToken);
        if (!isFirst
            && !view.IsSameProcess(drain.Store)
            && await NeedsNoDrainAsync(context, instance, cancellationToken) is { } other)
        {
            return new Observation.Done(other);
        }

        view.Saw(drain, now);
        if (drain is { IsOver: true, IsOnly: false, Unheard: { } heard }
            && now - (view.UnheardSince ?? now) < LongestHearing)
        {
            return new Observation.Running(
                $"PD has a new leader that has heard of {heard} Regions of {instance.Name} so far.");
        }

        if (drain.IsOver)
        {
            _watch.Forget(context.Step.Attempt);
            return new Observation.Done(drain.IsOnly
                ? "It is the only store: its leaders cannot move to another one."
                : await ToleratedAsync(drain, instance, cancellationToken));
        }

        if (!drain.IsEvicted)
        {
            _watch.Forget(context.Step.Attempt);
            return TikvTurn.Former(Spec, context, drain) is { } former ? new Observation.Running(former)
                : !drain.IsCounted && now - (view.UncountedSince ?? now) < LongestWarmUp
                ? new Observation.Running(NotCounted)
                : new Observation.NotStarted();
        }

        return drain.IsCounted
            ? Judge(context, view, drain.Leaders, now)
            : WarmUp(context, view, drain, now);
    }

    private Task<string?> NeedsNoDrainAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken);

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
        _watch.Forget(context.Step.Attempt);
        var since = view.UncountedSince ?? now;
        return now - since < LongestWarmUp
            ? new Observation.Running(NotCounted)
            : Overdue(
                context,
                drain.Leaders,
                $"PD has run only {drain.Schedulers} for {KubernetesDuration.Format(now - since)}, so its count of "
                + "leaders is not reliable (`pd-ctl scheduler show`)");
    }

    private Observation Judge(StepContext context, TikvDrainView view, long leaders, DateTimeOffset now)
    {
        var stalled = _watch.Stalled(context.Step.Attempt, leaders, now);
        var began = Timestamps.Parse(context.Receipt(SinceKey)) ?? now;
        var taken = now - (view.CountedSince > began ? view.CountedSince.Value : began);
        if (stalled >= Spec.Drain.LongestStall())
        {
            return Overdue(context, leaders, $"No leader has left for {Spec.Drain.StalledFor} (spec.drain.stalledFor)");
        }

        if (Spec.Drain.UpperLimit() is { } longest && taken >= longest)
        {
            return Overdue(context, leaders, $"Leaders did not leave within {Spec.Drain.Timeout} (spec.drain.timeout)");
        }

        // A new process, or one with a changed spec, knows nothing of the time before.
        return IsOverdue(context.Step) && !_watch.HasFallen(context.Step.Attempt)
            ? Overdue(context, leaders, "No leader has left since")
            : new Observation.Running(view.Pace.Describe(Before(context) ?? leaders, leaders, taken, now));
    }

    private static long? Before(StepContext context) =>
        long.TryParse(context.Receipt(LeadersKey), NumberStyles.None, CultureInfo.InvariantCulture, out var before)
            ? before
            : null;

    private Observation.Done Overdue(StepContext context, long leaders, string why)
    {
        var text = leaders.ToString(CultureInfo.InvariantCulture);
        return Spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed
            ? new Observation.Done(
                $"{why}: {text} are left. The upgrade proceeds, as spec.drain.onTimeout says.",
                Entry(ProceededFact, text))
            : throw new StepActionException(
                Reasons.DrainTimeout,
                $"{why}: {text} are left on {context.Node}, which runs the old version and was not stopped. Its "
                + $"leaders are given back after {Spec.Drain.IdleLimit} (spec.drain.idleLimit). Find out why they stay "
                + "(a slow or full store, leader-schedule-limit), then retry; or stop it nevertheless with "
                + "spec.drain.onTimeout: Proceed.",
                retryable: false);
    }

    private static bool IsOverdue(PlanStep step) =>
        step is { State: StepState.Failed, Reason: Reasons.DrainTimeout };
}
