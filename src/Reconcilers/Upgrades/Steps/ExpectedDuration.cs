namespace Drydock.Reconcilers.Upgrades;

/// <summary>How long a step should take by the version data. The step writes it into its receipt. What steps of its
/// kind took in the same object is preferred (<see cref="StepDurations"/>).</summary>
/// <param name="For">The duration.</param>
/// <param name="From">What it is taken from, a sentence.</param>
internal sealed record ExpectedDuration(TimeSpan For, string From)
{
    private const string ForKey = "expectedFor";
    private const string FromKey = "expectedFrom";

    public static ExpectedDuration? Of(PlanStep step) =>
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
