namespace Drydock.Reconcilers.Upgrades;

/// <summary>The annotation <c>drydock.dev/accept</c> and <c>spec.accept</c>: which of them are new, which failed steps
/// they accept, and why the others are ignored. An acceptance counts only for a failure that was stored before it was
/// seen. Pure.</summary>
internal static class Acceptances
{
    public static Dictionary<string, AcceptedBy> Accepted(RunObject entity, Plan plan)
    {
        var acceptable = Acceptable(plan).ToHashSet(StringComparer.Ordinal);
        var accepted = new Dictionary<string, AcceptedBy>(StringComparer.Ordinal);
        foreach (var (text, by) in New(entity))
        {
            if (AcceptToken.TryParse(text, out var token) && token.Plan.IsFor(plan.Hash)
                && acceptable.Contains(token.Step))
            {
                accepted.TryAdd(token.Step, by);
            }
        }

        return accepted;
    }

    public static RunStatus Record(
        RunKind kind, RunObject entity, RunStatus status, Plan plan, Plan next, DateTimeOffset now)
    {
        var added = New(entity)
            .Select(given => Entry(kind, given.Text, plan, next) with { By = given.By, At = now })
            .ToList();
        return added.Count == 0 ? status : status with { Acceptances = [.. status.Acceptances, .. added] };
    }

    public static List<UsedAcceptance> Trim(RunObject entity, List<UsedAcceptance> used)
    {
        var given = Given(entity).Select(g => g.Text).ToHashSet(StringComparer.Ordinal);
        return RunTokens.Trim(used, 2 * SchemaLimits.History, acceptance => given.Contains(acceptance.Token));
    }

    public static string? Next(RunObject entity, RunStatus status, Plan plan)
    {
        var known = status.Acceptances.Select(a => a.Token)
            .Concat(Given(entity).Select(g => g.Text))
            .ToHashSet(StringComparer.Ordinal);
        var tokens = Acceptable(plan)
            .Select(id => AcceptToken.Next(id, plan.Hash, known))
            .Take(SchemaLimits.History)
            .ToList();
        return tokens.Count == 0 ? null : string.Join(',', tokens);
    }

    public static Plan WithNote(RunKind kind, Plan plan)
    {
        var names = plan.Steps
            .Select(step => (Step: step, Mark: kind.Acceptance(step)))
            .Where(s => s.Mark is not null && !s.Step.OnlyLists)
            .Select(s => Pattern(s.Step) + (s.Mark!.OnlyIf is { } only ? $" ({only})" : ""))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return names.Count == 0 ? plan : plan with
        {
            Notes =
            [
                .. plan.Notes.Take(SchemaLimits.Findings - 1),
                SchemaLimits.Clip(
                    "If one of these steps fails, you can accept its result with the annotation "
                    + $"{Annotations.Accept}=STEP@HASH or spec.accept: {string.Join(", ", names)}."),
            ],
        };
    }

    private static IEnumerable<string> Acceptable(Plan plan) =>
        plan.Steps.Where(s => s is { State: StepState.Failed, Acceptable: true }).Select(s => s.Id)
            .Concat(plan.Guards.Where(g => g.Open() is { Key: not null }).Select(g => g.Id));

    // On every node the same.
    private static string Pattern(PlanStep step) =>
        step.Node is { } node && step.Id.Split('/') is [var phase, var second, .. var rest] && second == node
            ? string.Join('/', [phase, "NODE", .. rest])
            : step.Id;

    private static UsedAcceptance Entry(RunKind kind, string text, Plan plan, Plan next)
    {
        var entry = new UsedAcceptance { Token = text };
        if (!AcceptToken.TryParse(text, out var token))
        {
            return Ignored($"An acceptance has the form STEP@HASH. HASH is the first 8 hex digits of {plan.Hash}.");
        }

        if (!token.Plan.IsFor(plan.Hash))
        {
            return Ignored($"It was given for another plan. The hash of the current plan is {plan.Hash}.");
        }

        if (next.Guards.Find(g => g.Id == token.Step) is { } guard)
        {
            return plan.Guards.Find(g => g.Id == token.Step)?.Open() is { Key: { } key } open
                && guard.Violations.Exists(v => v.Key == key && v.Accepted is not null)
                ? entry with { Accepted = true, Reason = open.Reason, Message = open.Message }
                : Ignored(
                    $"{guard.Id} is not violated, or its violation cannot be accepted. An acceptance counts only for "
                    + "a violation that status shows.");
        }

        return (plan.Step(token.Step), next.Step(token.Step)) switch
        {
            (null, _) or (_, null) => Ignored($"The plan has no step {token.Step}."),
            ({ State: StepState.Failed }, { Accepted: { } accepted } step) =>
                entry with { Accepted = true, Reason = accepted.Reason, Message = step.Message },
            (_, { State: StepState.Unknown }) => Ignored(
                $"The outcome of {token.Step} is unknown, so there is no result that could be accepted."),
            ({ State: StepState.Failed }, { State: StepState.Failed } step) =>
                Ignored(Refusal(kind.Acceptance(step), step)),
            _ => Ignored($"{token.Step} had not failed. An acceptance counts only for a failure that status shows."),
        };

        UsedAcceptance Ignored(string why) => entry with { Message = why };
    }

    private static string Refusal(AcceptableAttribute? mark, PlanStep step) => mark switch
    {
        null => $"The result of {step.Id} ({step.Reason}) cannot be accepted, because the data or the steps that "
            + "follow rely on it. Only a step that verifies something can be accepted.",
        { OnlyIf: { } only } => $"The result of {step.Id} ({step.Reason}) can be accepted only {only}.",
        _ => $"The result of {step.Id} ({step.Reason}) cannot be accepted, because nothing was verified.",
    };

    private static IEnumerable<(string Text, AcceptedBy By)> New(RunObject entity)
    {
        var used = (entity.Status?.Acceptances ?? []).Select(a => a.Token).ToHashSet(StringComparer.Ordinal);
        return Given(entity).Where(g => !used.Contains(g.Text));
    }

    // As many as a status stores: of more, each reconcile would take the first ones for new ones again.
    private static IEnumerable<(string Text, AcceptedBy By)> Given(RunObject entity) =>
        RunTokens.List(entity.Metadata, Annotations.Accept)
            .Take(SchemaLimits.History)
            .Select(text => (Text: text, By: AcceptedBy.Annotation))
            .Concat(entity.Spec.Accept.Take(SchemaLimits.History).Select(text => (Text: text, By: AcceptedBy.Spec)))
            .Select(g => (Text: SchemaLimits.Clip(g.Text.Trim(), SchemaLimits.Reference), g.By))
            .Where(g => g.Text.Length > 0)
            .DistinctBy(g => g.Text, StringComparer.Ordinal);
}
