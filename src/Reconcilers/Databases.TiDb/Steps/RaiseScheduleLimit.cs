namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Raises a schedule limit once the number of Regions has been stable for a while
/// (docs/research/tidb.md#procedure). If tikvclient_backoff_count rises, raising stops at the current value. The step
/// never fails: what cannot be read is waited for, and when spec.timeouts.tuneScheduling is over (an administrator may
/// shorten it at any time to end the step) the limits are unchanged.</summary>
/// <param name="Name">The limit, as PD's configuration names it.</param>
/// <param name="Limit">Its new value.</param>
internal sealed record RaiseScheduleLimit(string Name, long Limit) : TiDbStep
{
    public const string StoppedFact = "stopped";

    /// <summary>Receipt key: since when the step has been waiting.</summary>
    public const string SinceKey = "since";

    public const string ValueFact = "value";

    private const int LooksOfStability = 20;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // Regions split all the time if data is written: a change of 1 % counts as stable.
    private const double StableFraction = 0.01;

    // A new process starts watching again, which only takes longer.
    private readonly SchedulingWatch _watch = new();

    // The end of a short stableFor is not seen late; a long one is not watched closely.
    protected override TimeSpan Pause
    {
        get
        {
            var part = KubernetesDuration.Parse(Tune.StableFor) / LooksOfStability;
            return part < ShortestPause ? ShortestPause : part > LongestPause ? LongestPause : part;
        }
    }

    private TuneSchedulingSpec Tune => Targets.Settings().TuneScheduling;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.AllRecorded(context.Step.Phase, StoppedFact).FirstOrDefault() is { Value: { } why })
        {
            return Stopped(why);
        }

        if (context.Time.GetUtcNow() - Since(context) >= KubernetesDuration.Parse(Spec.Timeouts.TuneScheduling))
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

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(SinceKey) is not null
                ? Receipt(context)
                : Entry(SinceKey, Timestamps.Text(Began(context))));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Targets.Pd().SetLimitAsync(Name, Limit, cancellationToken);
        }
        catch (TiDbApiException exception)
        {
            // It must not fail the upgrade: the request is repeated until the time is over.
            throw NotYet(exception.Reason, exception.Message);
        }
    }

    private async Task<Observation> WatchAsync(StepContext context, CancellationToken cancellationToken)
    {
        var schedule = await Targets.Pd().ScheduleAsync(cancellationToken);
        if (schedule.Limit(Name) is { } present && present >= Limit)
        {
            var value = present.ToString(CultureInfo.InvariantCulture);
            return new Observation.Done($"{Name} is {value}.", Entry(ValueFact, value));
        }

        var now = context.Time.GetUtcNow();
        var regions = (await Targets.Pd().StoresAsync(cancellationToken)).Sum(s => s.Regions);
        _watch.Add(now, regions, await BackoffsAsync(cancellationToken));
        if (_watch.BackoffsPerMinute is { } rate && rate > Tune.MaxBackoffPerMinute)
        {
            return Stopped(string.Create(
                CultureInfo.InvariantCulture,
                $"tikvclient_backoff_count rose by {rate:0} in a minute, more than {Tune.MaxBackoffPerMinute}"));
        }

        var stable = _watch.StableFor(now, StableFraction);
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
            var metrics = await Targets.Tidb().MetricsAsync(Spec.Status(server), cancellationToken);
            sum += metrics.Sum(n => n.EndsWith("tikvclient_backoff_count", StringComparison.Ordinal)
                || n.EndsWith("tikvclient_backoff_total", StringComparison.Ordinal)) ?? 0;
        }

        return sum;
    }

    private Observation.Done Stopped(string why) =>
        new($"{Name} is not raised: {why}.", Entry(StoppedFact, why));

    // The time counts from the first of all steps that raise limits; each attempt of a step has a later start.
    private static DateTimeOffset Since(StepContext context) => context.Plan.Steps
        .Where(s => s.Phase == context.Step.Phase && s is { State: StepState.Succeeded, StartedAt: not null })
        .Select(s => s.StartedAt!.Value)
        .Append(Timestamps.Parse(context.Receipt(SinceKey)) ?? Began(context))
        .Min();
}
