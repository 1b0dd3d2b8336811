namespace Drydock.Cli.Views;

/// <summary>How long steps should take: as the operator expects, or as such steps took in this object before.</summary>
internal sealed class StepTimes(Run run)
{
    // As the operator: a step that ended at its first look says nothing about one that has to wait.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, TimeSpan> _byKind = run.Plans.SelectMany(p => p.Plan.Steps)
        .Where(s => s is { State: StepState.Succeeded, StartedAt: not null, FinishedAt: not null })
        .GroupBy(s => KindOf(s.Id, s.Node), s => s.FinishedAt!.Value - s.StartedAt!.Value, StringComparer.Ordinal)
        .Where(kind => kind.Max() >= Shortest)
        .ToDictionary(kind => kind.Key, kind => kind.Max(), StringComparer.Ordinal);

    public static string KindOf(string id, string? node) =>
        string.Join('/', id.Split('/').Where((part, index) => index != 1 || part != node));

    public TimeSpan? Expected(Step step) =>
        run.Status?.Active.Find(r => r.Id == step.Id) is { Since: { } since, ExpectedAt: { } end } ? end - since
        : _byKind.TryGetValue(KindOf(step.Id, step.Node), out var known) ? known
        : null;

    /// <summary>How long the rest of a plan takes at least: the longest chain of what is not done, by what is known.
    /// Steps that took less than a second are not recorded. Null if nothing is known of the steps that are
    /// left.</summary>
    public TimeSpan? Remaining(PlanProgress? plan, DateTimeOffset now)
    {
        var left = plan?.Steps.Where(s => s.State != StepState.Succeeded).ToList() ?? [];
        if (left.TrueForAll(s => Expected(s) is null))
        {
            return null;
        }

        var ends = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var step in left)
        {
            var start = step.After.Select(id => ends.GetValueOrDefault(id)).DefaultIfEmpty().Max();
            var expected = Expected(step) ?? TimeSpan.Zero;
            var passed = step is { State: StepState.Running, StartedAt: { } since } ? now - since : TimeSpan.Zero;
            ends[step.Id] = start + (expected > passed ? expected - passed : TimeSpan.Zero);
        }

        return ends.Values.Max();
    }
}
