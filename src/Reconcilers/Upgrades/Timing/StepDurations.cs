namespace Drydock.Reconcilers.Upgrades;

/// <summary>How long steps took, and when the running ones should therefore end: as steps of the same kind in the plans
/// of the object, otherwise as the version data said when the step began. Pure.</summary>
internal static class StepDurations
{
    private const int MostRunning = 32;

    // A step that ended at its first look says nothing about one that has to wait.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public static string KindOf(Step step) =>
        string.Join('/', step.Id.Split('/').Where((part, index) => index != 1 || part != step.Node));

    public static List<RunningStep> Running(RunKind kind, RunStatus status, PlanProgress plan)
    {
        var measured = kind.Plans.All(status)
            .SelectMany(p => p.Steps)
            .Select(s => (Step: s, Duration: Of(s)))
            .Where(s => s.Duration >= Shortest)
            .ToLookup(s => kind.KindOf(s.Step), StringComparer.Ordinal);
        return
        [
            .. plan.Steps.Where(s => s.State == StepState.Running)
                .Take(MostRunning)
                .Select(step => Running(kind, step, measured[kind.KindOf(step)].ToList())),
        ];
    }

    /// <summary>The sum of the longest durations of the kinds of some steps, as far as they were measured in the plans
    /// of the object; null if none was.</summary>
    public static TimeSpan? Longest(RunKind kind, RunStatus status, IReadOnlyCollection<Step> steps)
    {
        var durations = steps.Select(s => Longest(kind, status, kind.KindOf(s))).OfType<TimeSpan>().ToList();
        return durations.Count > 0 ? durations.Aggregate((a, b) => a + b) : null;
    }

    private static RunningStep Running(RunKind kind, Step step, List<(Step Step, TimeSpan? Duration)> alike)
    {
        var running = new RunningStep
        {
            Id = step.Id,
            Since = step.StartedAt,
            Message = step.Message is { } message ? SchemaLimits.Clip(message) : null,
        };
        if (step.StartedAt is not { } since || kind.HeldBy(step) is not null)
        {
            return running;
        }

        if (alike.Count > 0)
        {
            var longest = alike.MaxBy(a => a.Duration);
            return running with
            {
                ExpectedAt = since + longest.Duration,
                ExpectedFrom = $"{longest.Step.Id} took {KubernetesDuration.Format(longest.Duration!.Value)}.",
            };
        }

        return ExpectedDuration.Of(step) is { } expected
            ? running with { ExpectedAt = since + expected.For, ExpectedFrom = expected.From }
            : running;
    }

    private static TimeSpan? Longest(RunKind kind, RunStatus status, string kindOfStep) =>
        kind.Plans.All(status)
            .SelectMany(p => p.Steps)
            .Where(s => kind.KindOf(s) == kindOfStep)
            .Max(Of);

    private static TimeSpan? Of(Step step) =>
        step is { State: StepState.Succeeded, Accepted: null, StartedAt: { } began, FinishedAt: { } ended }
            ? ended - began
            : null;
}

/// <summary>How long a step should take by the version data. The step writes it into its receipt. What steps of its
/// kind took in the same object is preferred (<see cref="StepDurations"/>).</summary>
/// <param name="From">What it is taken from, a sentence.</param>
internal sealed record ExpectedDuration(TimeSpan For, string From)
{
    private const string ForKey = "expectedFor";
    private const string FromKey = "expectedFrom";

    public static ExpectedDuration? Of(Step step) =>
        step.Receipt is { } receipt
        && receipt.TryGetValue(ForKey, out var text)
        && KubernetesDuration.TryParse(text, out var duration)
        && receipt.TryGetValue(FromKey, out var from)
            ? new ExpectedDuration(duration, from)
            : null;

    public IReadOnlyDictionary<string, string> AddTo(IReadOnlyDictionary<string, string> receipt) =>
        new SortedDictionary<string, string>(receipt.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            [ForKey] = KubernetesDuration.Format(For),
            [FromKey] = From,
        };
}
