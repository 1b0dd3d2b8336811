namespace Drydock.Reconcilers.Upgrades;

/// <summary>Counts what happens to objects, by comparing each status with the one before it. Only the leader counts.
/// What happened while no operator led is not counted.</summary>
internal sealed class RunCounters : IRunObserver, IDisposable
{
    private readonly Meter _meter = new("Drydock.RunEvents");
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _holds;
    private readonly Histogram<double> _steps;
    private readonly Counter<long> _attempts;
    private readonly Func<bool> _leads;
    private readonly TimeProvider _time;

    public RunCounters(IEnumerable<RunSource> sources, Func<bool> leads, TimeProvider time)
    {
        (_leads, _time) = (leads, time);
        _ended = _meter.CreateCounter<long>(
            "drydock_runs_ended_total", description: "Ends of runs, by kind and result. A retry may end once more.");
        _holds = Seconds(
            "drydock_run_hold_seconds",
            "How long runs were held for an administrator, by kind.",
            1, 10, 60, 300, 900, 3600, 14400, 43200, 86400, 604800);
        _steps = Seconds(
            "drydock_step_duration_seconds",
            "Duration of attempts of steps, by kind, action and outcome.",
            0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200);
        _attempts = _meter.CreateCounter<long>(
            "drydock_step_attempts_total", description: "Attempts of steps that ended, by kind, action and outcome.");
        foreach (var source in sources)
        {
            foreach (var result in source.Results)
            {
                _ended.Add(0, Tag("kind", source.Kind), Tag("result", result));
            }
        }
    }

    public void Changed(RunSample? before, RunSample now)
    {
        if (before is null || !_leads() || before.Metadata.Uid != now.Metadata.Uid)
        {
            return;
        }

        if (now.Result is { } result && result != before.Result)
        {
            _ended.Add(1, Tag("kind", now.Kind), Tag("result", result));
        }

        if (before.Is(ConditionTypes.Held) && !now.Is(ConditionTypes.Held))
        {
            var since = before.Find(ConditionTypes.Held)!.LastTransitionTime;
            Record(_holds, _time.GetUtcNow() - since, Tag("kind", now.Kind));
        }

        foreach (var (attempt, outcome) in now.Plans.SelectMany(
            plan => StepAttempts.EndedBetween(before, plan, _time.GetUtcNow())))
        {
            KeyValuePair<string, object?>[] tags =
                [Tag("kind", now.Kind), Tag("action", attempt.Step.Action), Tag("outcome", outcome)];
            _attempts.Add(1, tags);
            Record(_steps, attempt.EndedAt - attempt.StartedAt, tags);
        }
    }

    public void Gone(RunSample last)
    {
        if (_leads() && last.DowntimeSince is not null)
        {
            _ended.Add(1, Tag("kind", last.Kind), Tag("result", RunResults.Abandoned));
        }
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    // Two clocks: a time that the API server or another host wrote may be ahead of this one.
    private static void Record(
        Histogram<double> histogram, TimeSpan time, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        histogram.Record(Math.Max(0, time.TotalSeconds), tags);

    private Histogram<double> Seconds(string name, string help, params double[] buckets) =>
        _meter.CreateHistogram(
            name, "s", help, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
