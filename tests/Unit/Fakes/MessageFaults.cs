namespace Drydock.Tests.Unit.Fakes;

/// <summary>Finds marks in texts for people that were joined wrongly, and sentences that do not begin as
/// such.</summary>
internal static partial class MessageFaults
{
    // What names of things look like that may begin a sentence: they are written as they are.
    private static readonly HashSet<string> Names =
    [
        "dockerd", "containerd", "supervisord", "supervisorctl", "kubectl", "docker", "ssh", "spec", "status",
        "orders", "billing", "old", "third", "broken", "first", "second", "other",
    ];

    /// <summary>Every text for people in a status.</summary>
    public static IEnumerable<string> Texts(RunStatus status) =>
        new[] { status.Message, status.Summary, status.NextAction, status.Rollback?.Cost }
            .Concat(status.Conditions.Select(c => c.Message))
            .Concat(status.Findings.Select(f => f.Message))
            .Concat(status.ActionRequired.Select(a => a.Message))
            .Concat(status.Approvals.Select(a => a.Ignored ?? a.Overruled))
            .Concat(status.Active.Select(r => r.ExpectedFrom))
            .Concat(Texts(status.Plan))
            .Concat(Texts(status.RollbackPlan))
            .OfType<string>()
            .Where(t => t.Length > 0);

    /// <summary>What is wrong with a text; empty for nothing.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var plain = Quoted().Replace(text, "X");
        var faults = DoubleMarks().Matches(plain).Select(m => $"'{m.Value}' in: {text}").ToList();
        faults.AddRange(Starts().Matches(plain)
            .Select(m => m.Groups["word"].Value)
            .Where(word => !Names.Contains(word))
            .Select(word => $"a sentence begins with '{word}': {text}"));
        return faults;
    }

    private static IEnumerable<string?> Texts(PlanProgress? plan) =>
        plan is null ? [] : plan.Notes.Concat(plan.Steps.Select(s => s.Message).OfType<string>());

    // Commands and words of other programs.
    [GeneratedRegex("`[^`]*`|\"[^\"]*\"|(?<![a-z])'[^']*'(?![a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"(?<!\.)\.\.(?![./])|[.;:,]\s+[.;:,](?!\d)|[.;,][;:,]|[:;][.]| \.(?![\w/])", RegexOptions.CultureInvariant)]
    private static partial Regex DoubleMarks();

    [GeneratedRegex(@"(?:^|[.!?]\s+)(?<word>[a-z]+)(?=[ ,;])", RegexOptions.CultureInvariant)]
    private static partial Regex Starts();
}
