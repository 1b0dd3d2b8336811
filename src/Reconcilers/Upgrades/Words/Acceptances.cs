namespace Drydock.Reconcilers.Upgrades;

/// <summary>The approvals with the number of a failure: which failed steps they accept, and why the others are
/// ignored. An acceptance counts only for the failure that it names, and that was stored before it was seen.
/// Pure.</summary>
internal static class Acceptances
{
    /// <summary>The failures that new words accept, and where those came from.</summary>
    public static Dictionary<string, AcceptedBy> Accepted(IEnumerable<GivenWord> words, PlanProgress plan) =>
        words.Where(given => IsFor(given, plan))
            .DistinctBy(given => given.Word!.What, StringComparer.Ordinal)
            .ToDictionary(given => given.Word!.What, given => given.By, StringComparer.Ordinal);

    /// <summary>Why an acceptance has no effect on a plan; null if it accepts one of its failures.</summary>
    public static string? Refusal(StepRegistry steps, GivenWord given, PlanProgress plan) =>
        IsFor(given, plan) ? null : Entry(steps, given, plan, plan).Ignored;

    public static RunStatus Record(
        StepRegistry steps,
        RunObject entity,
        RunStatus status,
        PlanProgress plan,
        PlanProgress next,
        DateTimeOffset now)
    {
        var added = RunWords.Admitted(entity, WordKind.Acceptance)
            .Select(given => Entry(steps, given, plan, next) with { At = now })
            .ToList();
        return added.Count == 0 ? status : status with { Approvals = [.. status.Approvals, .. added] };
    }

    public static string? Next(PlanProgress plan)
    {
        var tokens = Acceptable(plan).Take(SchemaLimits.History).ToList();
        return tokens.Count == 0 ? null : string.Join(',', tokens.Select(f => Word.For(f.Id, f.Failures, plan)));
    }

    private static IEnumerable<(string Id, int Failures)> Acceptable(PlanProgress plan) =>
        plan.Steps.Where(s => s is { State: StepState.Failed, Acceptable: true }).Select(s => (s.Id, s.Failures))
            .Concat(plan.Guards.Where(g => g.Record.Open is { Key: not null }).Select(g => (g.Id, g.Record.Failures)));

    private static bool IsFor(GivenWord given, PlanProgress plan) =>
        given.Word is { Failure: { } failure } word && word.IsFor(plan)
        && Acceptable(plan).Contains((word.What, failure));

    private static UsedApproval Entry(
        StepRegistry steps, GivenWord given, PlanProgress plan, PlanProgress next)
    {
        var entry = RunWords.Used(given, default);
        var (word, failure) = (given.Word!, given.Word!.Failure);
        if (!word.IsFor(plan))
        {
            return Ignored(RunWords.IsOther(plan));
        }

        var guarded = plan.Guards.Find(g => g.Id == word.What);
        if ((plan.Step(word.What)?.Failures ?? guarded?.Record.Failures) is > 0 and var last && last != failure)
        {
            return Ignored($"It was given for failure {failure} of {word.What}; the last one has the number {last}.");
        }

        if (next.Guards.Find(g => g.Id == word.What) is { } guard)
        {
            return guarded?.Record.Open is { Key: { } key } open
                && guard.Record.Violations.Exists(v => v.Key == key && v.Accepted is not null)
                ? Overruling(open.Reason, open.Message)
                : Ignored(
                    $"{guard.Id} is not violated, or its violation cannot be accepted. An acceptance counts only for "
                    + "a violation that status shows.");
        }

        return (plan.Step(word.What), next.Step(word.What)) switch
        {
            (null, _) or (_, null) => Ignored($"The plan has no step {word.What}."),
            ({ State: StepState.Failed }, { Accepted: { } accepted } step) =>
                Overruling(accepted.Reason, step.Message),
            (_, { State: StepState.Unknown }) => Ignored(
                $"The outcome of {word.What} is unknown, so there is no result that could be accepted."),
            ({ State: StepState.Failed }, { State: StepState.Failed } step) =>
                Ignored(Refusal(steps.Of(step).Acceptance, step)),
            _ => Ignored($"{word.What} had not failed. An acceptance counts only for a failure that status shows."),
        };

        UsedApproval Ignored(string why) => entry with { Ignored = why };

        UsedApproval Overruling(string reason, string? message) =>
            entry with { Overruled = SchemaLimits.Clip($"{reason}: {message}", SchemaLimits.Message) };
    }

    private static string Refusal(AcceptableAttribute? mark, Step step) => mark switch
    {
        null => $"The result of {step.Id} ({step.Reason}) cannot be accepted, because the data or the steps that "
            + "follow rely on it. Only a step that verifies something can be accepted.",
        { OnlyIf: { } only } => $"The result of {step.Id} ({step.Reason}) can be accepted only {only}.",
        _ => $"The result of {step.Id} ({step.Reason}) cannot be accepted, because nothing was verified.",
    };
}
