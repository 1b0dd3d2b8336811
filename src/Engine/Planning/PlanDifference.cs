using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Planning;

/// <summary>Says step by step how two plans differ in what the hash covers.</summary>
public static class PlanDifference
{
    /// <summary>One sentence a difference; empty if both do the same to the same.</summary>
    public static IReadOnlyList<string> Describe(Plan before, Plan after)
    {
        var lines = new List<string>();
        var old = before.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var now = after.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        lines.AddRange(before.Steps.Where(s => !now.ContainsKey(s.Id)).Select(s => $"- {s.Id} ({s.Action}) is gone"));
        foreach (var step in after.Steps)
        {
            if (!old.TryGetValue(step.Id, out var was))
            {
                lines.Add($"+ {step.Id} ({step.Action}) is new");
                continue;
            }

            lines.AddRange(Changes(was, step).Select(c => $"~ {step.Id}: {c}"));
        }

        var guardsBefore = before.Guards.Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
        var guardsAfter = after.Guards.Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
        lines.AddRange(guardsBefore.Except(guardsAfter, StringComparer.Ordinal).Select(g => $"- guard {g} is gone"));
        lines.AddRange(guardsAfter.Except(guardsBefore, StringComparer.Ordinal).Select(g => $"+ guard {g} is new"));
        if (lines.Count == 0 && !string.Equals(PlanHash.Compute(before.Steps, before.Guards), PlanHash.Compute(after.Steps, after.Guards), StringComparison.Ordinal))
        {
            lines.Add("~ the order of the steps or what a guard checks is another");
        }

        return lines;
    }

    private static IEnumerable<string> Changes(PlanStep was, PlanStep now)
    {
        if (!string.Equals(was.Action, now.Action, StringComparison.Ordinal))
        {
            yield return $"action {was.Action} → {now.Action}";
        }

        foreach (var name in was.Parameters.Keys.Union(now.Parameters.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (a, b) = (was.Parameters.GetValueOrDefault(name, "(none)"), now.Parameters.GetValueOrDefault(name, "(none)"));
            if (!string.Equals(a, b, StringComparison.Ordinal))
            {
                yield return $"{name} {a} → {b}";
            }
        }

        if (!was.After.SequenceEqual(now.After, StringComparer.Ordinal))
        {
            yield return $"waits for {string.Join(", ", now.After)} instead of {string.Join(", ", was.After)}";
        }

        if (was.RunOnce != now.RunOnce || was.Reversible != now.Reversible || was.PointOfNoReturn != now.PointOfNoReturn)
        {
            yield return "run-once, reversible or point-of-no-return mark is another";
        }
    }
}
