namespace Drydock.Runs;

/// <summary>Collects the steps and guards of a plan, checks that they form a DAG, and orders them.
/// Pure.</summary>
public sealed class PlanBuilder
{
    private readonly List<PlannedStep> _steps = [];
    private readonly List<PlannedGuard> _guards = [];
    private readonly List<string> _notes = [];
    private ImmutableList<string>? _acknowledged;

    public IReadOnlyList<PlannedStep> Steps => _steps;

    public string Add(PlannedStep step)
    {
        _steps.Add(step);
        return step.Id;
    }

    public void Guard(PlannedGuard guard) => _guards.Add(guard);

    public void Acknowledge(IReadOnlyCollection<string> entries) =>
        _acknowledged = entries.Count > 0 ? [.. entries.Order(StringComparer.Ordinal)] : null;

    public void Note(string note) => _notes.Add(note);

    public List<string> Phase(string phase) =>
        [.. _steps.Where(s => string.Equals(s.Phase, phase, StringComparison.Ordinal)).Select(s => s.Id)];

    public List<string> EndOf(string phase)
    {
        var steps = _steps.Where(s => string.Equals(s.Phase, phase, StringComparison.Ordinal)).ToList();
        var before = steps.SelectMany(s => s.After).ToHashSet(StringComparer.Ordinal);
        return [.. steps.Select(s => s.Id).Where(id => !before.Contains(id))];
    }

    public bool Holds(string name) => HoldMatcher.IsIn(name, _steps);

    /// <summary>Builds the plan: steps in an order that respects <see cref="PlannedStep.After"/> and otherwise the
    /// order in which they were added.</summary>
    /// <exception cref="InvalidOperationException">An id occurs twice, something refers to no step, or the steps form a
    /// cycle: a defect of the planner.</exception>
    public Plan Build()
    {
        Unique("Step", _steps.Select(s => s.Id));
        Unique("Guard", _guards.Select(g => g.Id));
        if (_steps.Find(s => s.Node is { } node && !IsIdOf(s.Id, s.Phase, node)) is { } misnamed)
        {
            throw new InvalidOperationException(
                $"Step id '{misnamed.Id}' must be '{misnamed.Phase}/{misnamed.Node}', with or without '/verb'.");
        }

        foreach (var (owner, reference) in References())
        {
            if (!_steps.Exists(s => s.Id == reference))
            {
                throw new InvalidOperationException(
                    $"'{owner}' refers to step '{reference}', which is not in the plan.");
            }
        }

        var ordered = Order();
        return new Plan
        {
            Acknowledged = _acknowledged,
            Steps = [.. ordered],
            Guards = [.. _guards],
            Notes = [.. _notes],
        };
    }

    private static void Unique(string what, IEnumerable<string> ids)
    {
        if (ids.CountBy(id => id, StringComparer.Ordinal).FirstOrDefault(c => c.Value > 1).Key is { } twice)
        {
            throw new InvalidOperationException($"{what} id '{twice}' occurs twice.");
        }
    }

    private static bool IsIdOf(string id, string phase, string node) =>
        string.Equals(id, $"{phase}/{node}", StringComparison.Ordinal)
        || id.StartsWith($"{phase}/{node}/", StringComparison.Ordinal);

    private IEnumerable<(string Owner, string Reference)> References() =>
        _steps.SelectMany(s => s.After.Select(a => (s.Id, a))).Concat(
            _guards.SelectMany(g => g.From.Concat(g.Until is null ? [] : [g.Until]).Select(r => (g.Id, r))));

    private List<PlannedStep> Order()
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var ordered = new List<PlannedStep>();
        var rest = _steps.ToList();
        while (rest.Count > 0)
        {
            var next = rest.Find(s => s.After.TrueForAll(done.Contains))
                ?? throw new InvalidOperationException(
                    $"The steps {string.Join(", ", rest.Select(s => s.Id))} wait for each other in a cycle.");
            rest.Remove(next);
            ordered.Add(next);
            done.Add(next.Id);
        }

        return ordered;
    }
}
