namespace Drydock.Reconcilers.Upgrades;

/// <summary>How long steps took, and when the running ones should therefore end: as steps of the same kind in the plans
/// of the object, otherwise as the version data said when the step began. Pure.</summary>
internal static class StepDurations
{
    // A step that ended at its first look says nothing about one that has to wait.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The id without the node. Masters are numbered and have none: UpgradeMasters/2/swap is of the kind
    /// UpgradeMasters/swap.</summary>
    public static string KindOf(Step step) => string.Join('/', step.Id.Split('/').Where((part, index) =>
        step.Node is null
            ? !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            : index != 1 || part != step.Node));

    /// <summary>When a step that runs should end, and what that is taken from; nothing if it is unknown.</summary>
    /// <param name="plans">The plans of the object.</param>
    public static Func<Step, (DateTimeOffset At, string From)?> Expected(
        StepRegistry steps, IEnumerable<PlanProgress> plans)
    {
        var measured = plans
            .SelectMany(p => p.Steps)
            .Select(s => (Step: s, Duration: Of(s)))
            .Where(s => s.Duration >= Shortest)
            .ToLookup(s => steps.KindOf(s.Step), StringComparer.Ordinal);
        return step =>
        {
            if (step is not { State: StepState.Running, StartedAt: { } since } || steps.Of(step).HeldBy is not null)
            {
                return null;
            }

            var other = measured[steps.KindOf(step)].DefaultIfEmpty().MaxBy(a => a.Duration);
            if (other.Duration is { } longest)
            {
                return (since + longest, $"{other.Step.Id} took {KubernetesDuration.Format(longest)}.");
            }

            return ExpectedDuration.Of(step) is { } expected ? (since + expected.For, expected.From) : null;
        };
    }

    /// <summary>The sum of the longest durations of the kinds of some steps, as far as they were measured in the plans
    /// of the object; null if none was.</summary>
    public static TimeSpan? Longest(
        StepRegistry steps, IReadOnlyList<PlanProgress> plans, IEnumerable<Step> unit)
    {
        var durations = unit.Select(s => Longest(steps, plans, steps.KindOf(s))).OfType<TimeSpan>().ToList();
        return durations.Count > 0 ? durations.Aggregate((a, b) => a + b) : null;
    }

    /// <summary>How long the last step of the kind, or the last one with the same action on the same node, took in the
    /// plans of the object; null if it was not measured.</summary>
    public static TimeSpan? Last(StepRegistry steps, IEnumerable<PlanProgress> plans, Step step)
    {
        var kind = steps.KindOf(step);
        return plans.SelectMany(p => p.Steps)
            .Where(s => Of(s) >= Shortest && s.Action == step.Action
                && (steps.KindOf(s) == kind || (s.Node is { } node && node == step.Node)))
            .MaxBy(s => s.FinishedAt) is { } last
            ? Of(last)
            : null;
    }

    private static TimeSpan? Longest(StepRegistry steps, IReadOnlyList<PlanProgress> plans, string kind) =>
        plans.SelectMany(p => p.Steps)
            .Where(s => steps.KindOf(s) == kind)
            .Max(Of);

    /// <summary>How long a step took; null if it did not succeed, or its failure was accepted.</summary>
    public static TimeSpan? Of(Step step) =>
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
