namespace Drydock.Cli.Plans;

/// <summary>What differs between two plans: only what will be done, not what was done so far.</summary>
/// <param name="Added">Steps that only the second plan has.</param>
/// <param name="Removed">Steps that only the first plan has.</param>
/// <param name="Changed">Steps of both that do something else.</param>
/// <param name="AddedNotes">Notes that only the second plan has.</param>
/// <param name="RemovedNotes">Notes that only the first plan has.</param>
internal sealed record PlanDifference(
    IReadOnlyList<PlanStep> Added,
    IReadOnlyList<PlanStep> Removed,
    IReadOnlyList<StepDifference> Changed,
    IReadOnlyList<string> AddedNotes,
    IReadOnlyList<string> RemovedNotes)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count + AddedNotes.Count + RemovedNotes.Count == 0;

    public static PlanDifference Between(Plan before, Plan after)
    {
        var former = before.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var present = after.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return new PlanDifference(
            [.. after.Steps.Where(s => !former.ContainsKey(s.Id))],
            [.. before.Steps.Where(s => !present.ContainsKey(s.Id))],
            [
                .. after.Steps.Where(s => former.ContainsKey(s.Id))
                    .Select(s => new StepDifference(s.Id, [.. Fields(former[s.Id], s)]))
                    .Where(d => d.Fields.Count > 0),
            ],
            [.. after.Notes.Except(before.Notes, StringComparer.Ordinal)],
            [.. before.Notes.Except(after.Notes, StringComparer.Ordinal)]);
    }

    private static IEnumerable<FieldDifference> Fields(PlanStep before, PlanStep after)
    {
        var keys = before.Parameters.Keys.Union(after.Parameters.Keys, StringComparer.Ordinal);
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            var (was, present) = (before.Parameters.GetValueOrDefault(key), after.Parameters.GetValueOrDefault(key));
            if (was != present)
            {
                yield return new FieldDifference(key, was, present);
            }
        }

        foreach (var (name, of) in Properties)
        {
            if (of(before) != of(after))
            {
                yield return new FieldDifference(name, of(before), of(after));
            }
        }
    }

    private static readonly (string Name, Func<PlanStep, string?> Of)[] Properties =
    [
        ("action", static s => s.Action),
        ("node", static s => s.Node),
        ("after", static s => string.Join(", ", s.After.Order(StringComparer.Ordinal))),
        ("pointOfNoReturn", static s => s.PointOfNoReturn.ToString()),
        ("reversible", static s => s.Reversible.ToString()),
        ("runOnce", static s => s.RunOnce.ToString()),
    ];
}

/// <summary>A step that does something else than before.</summary>
internal sealed record StepDifference(string Id, IReadOnlyList<FieldDifference> Fields);

/// <summary>A parameter or property with its two values; null if it is absent.</summary>
internal sealed record FieldDifference(string Name, string? Before, string? After);
