using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Raises a schedule limit once the number of Regions has kept still for a while (docs/research/tidb.md#procedure). A
/// rise in tikvclient_backoff_count ends the raising at the present value. It never fails: what cannot be read is
/// waited for, and when spec.timeouts.tuneScheduling is over, which may be set to a short time at any moment to end it,
/// the limits stay where they are.
/// </summary>
internal sealed class RaiseScheduleLimit(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Fact: why the raising ended before its last value.</summary>
    public const string StoppedFact = "stopped";

    /// <summary>Receipt key: since when it has been waited for.</summary>
    public const string SinceKey = "since";

    /// <summary>Fact: the value the limit has.</summary>
    public const string ValueFact = "value";

    // Regions split all the time where data is written: so little is still.
    private const double Still = 0.01;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    // What a new process has not seen it watches for anew, which only takes longer.
    private readonly ConcurrentDictionary<string, SchedulingWatch> _watches = new(StringComparer.Ordinal);

    private TuneSchedulingSpec Tune => Targets.Settings().TuneScheduling;

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var before = context.AllRecorded(context.Step.Phase, StoppedFact).FirstOrDefault();
        if (before.Value is { } why)
        {
            return Ended(why, context);
        }

        if (context.Time.GetUtcNow() - Since(context, Began(context)) >= KubernetesDuration.Parse(Spec.Timeouts.TuneScheduling))
        {
            return Ended("spec.timeouts.tuneScheduling is over", context);
        }

        try
        {
            return await LookAsync(context, cancellationToken);
        }
        catch (Exception exception) when (exception is ServiceException or TiDbApiException)
        {
            return new Observation.Running($"waits: {exception.Message}");
        }
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        context.Receipt(SinceKey) is not null ? context.Step.Receipt! : Fact(SinceKey, Moments.Text(Began(context))));

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(Pause, context.Time, cancellationToken);

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Targets.Pd().SetLimitAsync(context.Parameter("name"), Wanted(context), cancellationToken);
        }
        catch (TiDbApiException exception)
        {
            // It must not fail the upgrade; the next look tries again until the time is over.
            throw new StepActionException(exception.Reason, exception.Message, retryable: true, exception) { NotTaken = true };
        }
    }

    private async Task<Observation> LookAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = context.Parameter("name");
        var schedule = await Targets.Pd().ScheduleAsync(cancellationToken);
        if (schedule.Limit(name) is { } present && present >= Wanted(context))
        {
            return new Observation.Done(string.Create(CultureInfo.InvariantCulture, $"{name} is {present}"), Fact(ValueFact, present.ToString(CultureInfo.InvariantCulture)));
        }

        var now = context.Time.GetUtcNow();
        var watch = _watches.GetOrAdd(context.Step.Id, _ => new SchedulingWatch());
        watch.Add(now, (await Targets.Pd().StoresAsync(cancellationToken)).Sum(s => s.Regions), await BackoffsAsync(cancellationToken));
        if (watch.BackoffsPerMinute is { } rate && rate > Tune.MaxBackoffPerMinute)
        {
            return Ended(string.Create(CultureInfo.InvariantCulture, $"tikvclient_backoff_count rose by {rate:0} in a minute, more than {Tune.MaxBackoffPerMinute}"), context);
        }

        var stillFor = watch.StillFor(now, Still);
        var needed = KubernetesDuration.Parse(Tune.StableFor);
        return stillFor >= needed
            ? new Observation.NotStarted($"the number of Regions has kept still for {KubernetesDuration.Format(stillFor)}")
            : new Observation.Running($"the number of Regions has kept still for {KubernetesDuration.Format(stillFor)} of {Tune.StableFor}");
    }

    // A server that does not answer counts as none: its rise shows once it does.
    private async Task<double> BackoffsAsync(CancellationToken cancellationToken)
    {
        var sum = 0.0;
        foreach (var server in Spec.Of(DatabaseComponent.TiDB))
        {
            var metrics = await Targets.Tidb().MetricsAsync(Spec.Status(server), cancellationToken);
            sum += metrics.Sum(n => n.EndsWith("tikvclient_backoff_count", StringComparison.Ordinal) || n.EndsWith("tikvclient_backoff_total", StringComparison.Ordinal)) ?? 0;
        }

        return sum;
    }

    private static Observation.Done Ended(string why, StepContext context) =>
        new($"{context.Parameter("name")} is not raised: {why}", Fact(StoppedFact, why));

    // The time counts from the first raising, over all of them; each attempt of a step moves its own beginning.
    private static DateTimeOffset Since(StepContext context, DateTimeOffset began)
    {
        var own = Moments.Parse(context.Receipt(SinceKey)) ?? began;
        return context.Plan.Steps.Where(s => s.Phase == context.Step.Phase && s is { State: StepState.Succeeded, StartedAt: not null }).Select(s => s.StartedAt!.Value).Append(own).Min();
    }

    private static long Wanted(StepContext context) =>
        long.Parse(context.Parameter("limit"), NumberStyles.None, CultureInfo.InvariantCulture);
}
