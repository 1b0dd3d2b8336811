namespace Drydock.Tests.Unit.Support;

/// <summary>
/// A plan as a partial order: a step a line with its arguments and the steps that it directly waits for, in an order
/// that follows from the partial order alone. What comes from a receipt or a fact of the plan that was run is written
/// as its source.
/// </summary>
/// <param name="done">The plan that was run; null if the plan depends on none.</param>
internal sealed partial class PlanText(PlanProgress? done)
{
    // Shorter values occur by chance.
    private const int ShortestSource = 8;
    private const int LongestMessage = 21;

    private readonly List<(string Value, string Source)> _sources = Sources(done is null ? [] : Ordered(done));
    private readonly List<(DateTimeOffset Time, string Source)> _times = Times(done, done is null ? [] : Ordered(done));

    public string Of(PlanProgress plan, PlanProgress? before = null)
    {
        var unchanged =
            before is null ? [] : Lines(before).Concat(before.Guards.Select(Line)).ToHashSet(StringComparer.Ordinal);
        var hold = plan.Hold is null ? "" : $", held at {plan.Hold}";
        var lines = new List<string> { string.Create(CultureInfo.InvariantCulture, $"{plan.Steps.Count} steps{hold}") };
        var steps = Ordered(plan).Zip(Lines(plan), (step, line) => (step.Id, Line: line));
        var guards = plan.Guards.OrderBy(g => g.Id, StringComparer.Ordinal)
            .Select(g => (Id: $"guard {g.Id}", Line: Line(g)));
        var all = steps.Concat(guards).ToLookup(line => unchanged.Contains(line.Line));
        if (all[true].Any())
        {
            lines.Add($"kept as they are: {string.Join(", ", all[true].Select(line => line.Id))}");
        }

        lines.AddRange(all[false].Select(line => line.Line));
        lines.AddRange(
            plan.Notes.Except(before?.Notes ?? [], StringComparer.Ordinal).Select(note => $"note: {Symbols(note)}"));
        return string.Join('\n', lines);
    }

    /// <summary>The text with receipts, facts and times of the plan that was run written as their sources.</summary>
    public string Symbols(string text)
    {
        if (text.Length < ShortestSource)
        {
            return text;
        }

        foreach (var (value, source) in _sources)
        {
            text = text.Replace(value, source, StringComparison.Ordinal);
        }

        return Instant().Replace(text, match =>
        {
            var time = DateTimeOffset.Parse(match.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return _times.Find(t => (t.Time - time).Duration() < TimeSpan.FromSeconds(1)).Source ?? match.Value;
        });
    }

    /// <summary>The steps, each after those that it waits for, otherwise by id.</summary>
    public static List<Step> Ordered(PlanProgress plan)
    {
        var rest = plan.Steps.OrderBy(s => s.Id, StringComparer.Ordinal).ToList();
        var open = rest.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var ordered = new List<Step>();
        while (rest.Count > 0)
        {
            var next = rest.Find(s => !s.After.Exists(open.Contains))!;
            rest.Remove(next);
            open.Remove(next.Id);
            ordered.Add(next);
        }

        return ordered;
    }

    private IEnumerable<string> Lines(PlanProgress plan)
    {
        var direct = Direct(plan);
        return Ordered(plan).Select(step => Line(step, direct[step.Id]));
    }

    // Without what follows from the others. A step that has succeeded makes nobody wait for those before it.
    private static Dictionary<string, List<string>> Direct(PlanProgress plan)
    {
        var before = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var direct = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var step in Ordered(plan))
        {
            var further = step.After.SelectMany(a => before[a]).ToHashSet(StringComparer.Ordinal);
            direct[step.Id] = [.. step.After.Where(a => !further.Contains(a)).Order(StringComparer.Ordinal)];
            before[step.Id] = step.State == StepState.Succeeded ? [] : [.. further, .. step.After];
        }

        return direct;
    }

    private string Line(Step step, List<string> after)
    {
        string?[] marks =
        [
            step.Node,
            step.Planned.Timeout,
            step.Planned.MaxAttempts == 1
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{step.Planned.MaxAttempts} attempts"),
            step.RunOnce ? "runOnce" : null,
            step.Planned.Retry == default ? null : step.Planned.Retry.ToString(),
            step.Planned.Reversible ? null : "irreversible",
            step.PointOfNoReturn ? "pointOfNoReturn" : null,
            step.Planned.OnlyLists ? "onlyLists" : null,
            step.Planned.AsksWindow ? "asksWindow" : null,
            step.Phase.Length > 0 && step.Id.StartsWith($"{step.Phase}/", StringComparison.Ordinal)
                ? null
                : $"phase {step.Phase}",
            step.State == StepState.Pending ? null : step.State.ToString(),
            step.Attempt == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"attempt {step.Attempt}"),
            step.Message is { } message ? $"\"{Shortened(Symbols(message))}\"" : null,
            step.Receipt is { Count: > 0 } receipt ? $"receipt {Arguments(receipt)}" : null,
            step.Facts is { Count: > 0 } facts ? $"facts {Arguments(facts)}" : null,
        ];
        var waits = after.Count == 0 ? "" : $" <- {string.Join(", ", after)}";
        return $"{step.Id}: {step.Action}({Arguments(step.Parameters)}){Measured(step.Planned.Measured)}{waits} "
            + $"[{string.Join(", ", marks.OfType<string>())}]";
    }

    private string Line(Guard guard)
    {
        var from = guard.Planned.From.Count == 0
            ? ""
            : $" from {string.Join(", ", guard.Planned.From.Order(StringComparer.Ordinal))}";
        var until = guard.Planned.Until is null ? "" : $" until {guard.Planned.Until}";
        var node = guard.Node is null ? "" : $" [{guard.Node}]";
        var violations = string.Concat(guard.Record.Violations.Select(v => $" violation {v.Reason}"
            + $"{(v.To is null ? " open" : "")}{(v.RestoreFirst ? " restoreFirst" : "")}"
            + $"{(v.NoRollback ? " noRollback" : "")}"));
        return $"guard {guard.Id}: {guard.Planned.Check}({Arguments(guard.Planned.Parameters)}"
            + $"){Measured(guard.Planned.Measured)}{from}{until}{node}{violations}";
    }

    private string Measured(IReadOnlyDictionary<string, string>? arguments) =>
        arguments is null ? "" : $" measured({Arguments(arguments)})";

    private string Arguments(IReadOnlyDictionary<string, string> arguments) => string.Join(
        ", ", arguments.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={Symbols(a.Value)}"));

    // The same for every step of a redo.
    private static string Shortened(string message) =>
        message.Length <= LongestMessage ? message : $"{message[..LongestMessage]}…";

    private static List<(string Value, string Source)> Sources(List<Step> steps)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        var recorded =
            from step in steps
            from entry in step.Entries()
            where entry.Value.Length >= ShortestSource && !Instant().IsMatch(entry.Value)
            select (entry.Value, Source: $"{{{step.Id} {entry.Key}}}");
        foreach (var (value, source) in recorded)
        {
            sources.TryAdd(value, source);
        }

        return [.. sources.Select(s => (s.Key, s.Value)).OrderByDescending(s => s.Key.Length)
            .ThenBy(s => s.Key, StringComparer.Ordinal)];
    }

    private static List<(DateTimeOffset Time, string Source)> Times(PlanProgress? done, List<Step> steps)
    {
        var times = new List<(DateTimeOffset, string)>();
        foreach (var step in steps)
        {
            times.AddRange(step.Entries()
                .Where(entry => Instant().Match(entry.Value).Length == entry.Value.Length && entry.Value.Length > 0)
                .Select(entry => (
                    DateTimeOffset.Parse(entry.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                    $"{{{step.Id} {entry.Key}}}")));
        }

        // Steps that began in the same second: the last one, as nothing later has begun.
        foreach (var step in Enumerable.Reverse(steps))
        {
            if (step.StartedAt is { } started)
            {
                times.Add((started, $"{{{step.Id} started}}"));
            }
        }

        if (done?.CompiledAt is { } compiled)
        {
            times.Add((compiled, "{compiled}"));
        }

        return times;
    }

    [GeneratedRegex(
        @"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Instant();
}
