namespace Drydock.Reconcilers.Upgrades;

/// <summary>Gauges about every object: read from its last seen status when the metrics are collected, so that no series
/// outlives its object. Only the leader reports them. An object that has ended is reported for a day, and at most
/// <see cref="MostEnded"/> of those are, the last ones.</summary>
internal sealed class RunGauges : IDisposable
{
    public const string MeterName = "Drydock.Runs";

    public const int MostEnded = 200;

    /// <summary>How many others are reported at most: first those whose system is down, then those that began a step,
    /// in turn of each namespace, so that no namespace takes the place of the others.</summary>
    public const int MostOpen = 1000;

    private static readonly string[] Types =
        [ConditionTypes.Ready, ConditionTypes.Reconciling, ConditionTypes.Stalled, ConditionTypes.Held];

    private static readonly StepState[] States = Enum.GetValues<StepState>();

    private readonly Meter _meter = new(MeterName);
    private readonly IReadOnlyList<RunSource> _sources;
    private readonly Func<bool> _leads;
    private readonly TimeProvider _time;
    private readonly TimeSpan _keepFor;
    private readonly Lock _reading = new();
    private (long At, (List<RunSample> Runs, int Left) Read)? _kept;

    /// <param name="keepFor">How long the objects are not read again, so that one collection reads them once; null for
    /// a second.</param>
    public RunGauges(IReadOnlyList<RunSource> sources, Func<bool> leads, TimeProvider time, TimeSpan? keepFor = null)
    {
        (_sources, _leads, _time, _keepFor) = (sources, leads, time, keepFor ?? TimeSpan.FromSeconds(1));
        Each(
            "drydock_run_info",
            null,
            "Always 1. The labels say what the object upgrades, and its phase and reason.",
            static run =>
            [
                new(
                    1,
                    [
                        .. Name(run),
                        new("engine", run.Engine),
                        new("from", run.From),
                        new("to", run.To),
                        new("phase", run.Phase),
                        new("reason", run.Reason),
                    ]),
            ]);
        Each(
            "drydock_run_condition",
            null,
            "1 if the condition is True, otherwise 0.",
            static run => Types.Select(
                type => new Measurement<double>(run.Is(type) ? 1 : 0, [.. Name(run), new("type", type)])));
        Each("drydock_run_steps", null, "Steps of the plan that runs, or ran last, by state.", Steps);
        One(
            "drydock_run_steps_late",
            null,
            "Running steps that take more than one and a half times as long as expected.",
            run => run.HasEnded ? null : run.Run?.Active.Count(IsLate));
        One("drydock_run_start_timestamp_seconds", "s", "When the run began.", static run => At(run.Status?.StartedAt));
        One("drydock_run_end_timestamp_seconds", "s", "When the run ended.", static run => At(run.EndedAt));
        Each(
            "drydock_run_phase_start_timestamp_seconds",
            "s",
            "When the current phase began.",
            static run => At(run.PhaseSince) is { } since
                ? [new Measurement<double>(since, [.. Name(run), new("phase", run.Phase)])]
                : []);
        One(
            "drydock_run_downtime_start_timestamp_seconds",
            "s",
            "When the downtime began. Exists only while the system is down because of this run.",
            static run => At(run.DowntimeSince));
        One(
            "drydock_run_downtime_seconds",
            "s",
            "How long the system was down because of this run. Exists once the downtime has ended.",
            static run => run.Downtime?.TotalSeconds);
        One(
            "drydock_run_findings",
            null,
            "Problems that the last preflight found.",
            static run => run.Run?.Findings.Count);
        One(
            "drydock_run_action_required",
            null,
            "Kinds of manual work that remain after the run.",
            static run => run.Run?.ActionRequired.Count);
        Each(
            "drydock_target_claimed",
            null,
            "Always 1. The object has claimed its target; the label is the name of the Lease.",
            static run => run.Run?.Target?.Claim is { Length: > 0 } claim
                ? [new Measurement<double>(1, [.. Name(run), new("claim", claim)])]
                : []);
        _meter.CreateObservableGauge(
            "drydock_runs_not_reported",
            () => Reported() is { } kept ? [new Measurement<int>(kept.Left)] : Array.Empty<Measurement<int>>(),
            null,
            "Objects that no metric shows because there are too many.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Steps(RunSample run)
    {
        if (run.Active is not { } plan)
        {
            return [];
        }

        var counts = plan.Steps.CountBy(step => step.State).ToDictionary();
        return States.Select(state => new Measurement<double>(
            counts.GetValueOrDefault(state),
            [.. Name(run), new("state", state.ToString().ToLowerInvariant())]));
    }

    private static IEnumerable<KeyValuePair<string, object?>> Name(RunSample run) =>
    [
        new("kind", run.Kind),
        new("namespace", run.Metadata.Namespace),
        new("name", run.Metadata.Name),
    ];

    private static double? At(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds() / 1000.0;

    private bool IsLate(ActiveStep step) =>
        step is { Since: { } since, ExpectedAt: { } expected }
        && _time.GetUtcNow() > since + (1.5 * (expected - since));

    private void One(string name, string? unit, string help, Func<RunSample, double?> value) =>
        Each(name, unit, help, run => value(run) is { } one ? [new Measurement<double>(one, Name(run))] : []);

    private void Each(
        string name, string? unit, string help, Func<RunSample, IEnumerable<Measurement<double>>> measure) =>
        _meter.CreateObservableGauge(name, () => Reported()?.Runs.SelectMany(measure) ?? [], unit, help);

    // Prometheus and OTLP collect at the same time. Null: another process leads.
    private (List<RunSample> Runs, int Left)? Reported()
    {
        lock (_reading)
        {
            if (!_leads())
            {
                _kept = null;
                return null;
            }

            if (_kept is not { } kept || _time.GetElapsedTime(kept.At) >= _keepFor)
            {
                _kept = kept = (_time.GetTimestamp(), Read());
            }

            return kept.Read;
        }
    }

    private (List<RunSample> Runs, int Left) Read()
    {
        var since = _time.GetUtcNow() - TimeSpan.FromDays(1);
        var all = _sources.SelectMany(source => source.Samples()).ToLookup(run => run.HasEnded);
        var open = all[false].ToList();
        var ended = all[true].Where(run => run.EndedAt > since).ToList();
        return (
            [
                .. open.GroupBy(run => run.Metadata.Namespace, StringComparer.Ordinal)
                    .SelectMany(space => space
                        .OrderBy(run => run.DowntimeSince is not null ? 0 : run.Status?.StartedAt is not null ? 1 : 2)
                        .ThenByDescending(run => run.Status?.StartedAt)
                        .Select((run, turn) => (Run: run, Turn: turn)))
                    .OrderBy(each => each.Run.DowntimeSince is null)
                    .ThenBy(each => each.Turn)
                    .Take(MostOpen)
                    .Select(each => each.Run),
                .. ended.OrderByDescending(run => run.EndedAt).Take(MostEnded),
            ],
            Math.Max(0, open.Count - MostOpen) + Math.Max(0, ended.Count - MostEnded));
    }
}
