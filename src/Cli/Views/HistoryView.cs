using Drydock.Cli.Dashboard;

namespace Drydock.Cli.Views;

/// <summary>What happened to a run and what users asked of it, by time: all from the object, so that it is whole after
/// its Events are gone.</summary>
internal sealed record HistoryView(string Kind, string Namespace, string Name, IReadOnlyList<HistoryEntry> Entries)
{
    /// <inheritdoc cref="Run.UnpackedPlans"/>
    public JsonArray Plans { get; init; } = [];

    /// <inheritdoc cref="Run.UnpackedInventory"/>
    public JsonNode? Inventory { get; init; }

    public static HistoryView Of(Run run)
    {
        var status = run.Status;
        List<HistoryEntry> entries = [];
        RunAttempt? former = null;
        foreach (var attempt in status?.Attempts ?? [])
        {
            entries.Add(Began(attempt.Number, attempt.StartedAt, former));
            if (attempt.FinishedAt is not null || attempt.Reason is not null)
            {
                entries.Add(new HistoryEntry(attempt.FinishedAt, $"Attempt {attempt.Number}", EndOf(attempt)));
            }

            former = attempt;
        }

        // Attempts that have not ended are not in the list.
        if (former is not null || status?.StartedAt is not null)
        {
            entries.Add(Began((former?.Number ?? 0) + 1, former?.FinishedAt ?? status?.StartedAt, former));
        }

        entries.AddRange(run.Plans.SelectMany(p => Of(p.Name, p.Plan)));
        entries.AddRange(RunReader.Downtimes(run).SelectMany(Of));
        if (status is { FinishedAt: { } end })
        {
            entries.Add(new HistoryEntry(end, "End", $"{status.Phase}. {status.Message}") { Ends = true });
        }

        entries.AddRange((status?.Approvals ?? []).Select(a => new HistoryEntry(
            a.At, "Approval", $"{a.Word}{(a.By is { } user ? $" by {user} (claimed)" : "")}: {Effect(a)}")));
        entries.AddRange((status?.UsedTokens ?? []).Select(t => new HistoryEntry(
            t.At, t.Kind.ToString(), t.Message is null ? t.Token : $"{t.Token}: ignored. {t.Message}")));
        return new HistoryView(
            run.Kind.Kind,
            run.Metadata.Namespace ?? "",
            run.Metadata.Name,
            [.. entries.OrderBy(e => Second(e.At)).ThenBy(e => e.Ends).ThenBy(e => e.At)])
        {
            Plans = run.UnpackedPlans,
            Inventory = run.UnpackedInventory,
        };
    }

    // Times of the hosts and of the operator meet: within a second, what ends something comes after the rest.
    private static long Second(DateTimeOffset? at) => at?.ToUnixTimeSeconds() ?? long.MinValue;

    /// <summary>How an attempt ended, and what ended it.</summary>
    public static string EndOf(RunAttempt attempt)
    {
        var by = attempt.Token is { } token ? $" by retry {token}" : "";
        var at = attempt.Step is { Length: > 0 } step ? $" at {step}" : "";
        var down = attempt.Downtime is { } time ? $" Users could not work for {time}." : "";
        return $"Ended{by}. It had stopped with {attempt.Reason}{at}: {attempt.Message}{down}";
    }

    private static string Effect(UsedApproval approval) => approval switch
    {
        { Ignored: { } why } => $"ignored. {why}",
        { Overruled: { } verdict } => $"accepted, overruling {verdict}",
        _ => "accepted.",
    };

    private static IEnumerable<HistoryEntry> Of(string name, PlanProgress plan)
    {
        yield return new HistoryEntry(
            plan.CompiledAt,
            "Plan",
            $"{name} plan {Word.Prefix(plan.Hash)} with {Sentences.Count(plan.Steps.Count, "step", "steps")}.");
        foreach (var phase in plan.Steps.GroupBy(s => s.Phase, StringComparer.Ordinal))
        {
            var steps = phase.ToList();
            if (steps.Min(s => s.StartedAt) is not { } began)
            {
                continue;
            }

            var done = steps.FindAll(s => s.State == StepState.Succeeded);
            var took = done.Count == steps.Count && done.Max(s => s.FinishedAt) is { } ended
                ? $"took {Texts.Duration((ended - began).TotalSeconds)}"
                : $"{done.Count} done";
            yield return new HistoryEntry(
                began, phase.Key, $"Began. {Sentences.Count(steps.Count, "step", "steps")}, {took}.");
            foreach (var step in steps.Where(s => s.State is StepState.Failed or StepState.Unknown))
            {
                var how = step.State == StepState.Failed ? "failed" : "has an unknown outcome";
                yield return new HistoryEntry(
                    step.FinishedAt ?? step.StartedAt,
                    phase.Key,
                    $"{step.Id} {how}: {step.Reason}: {step.Message}");
            }
        }
    }

    private static IEnumerable<HistoryEntry> Of(DowntimeView downtime)
    {
        yield return new HistoryEntry(downtime.From, "Downtime", "The system went down.");
        if (downtime.To is { } up)
        {
            yield return new HistoryEntry(
                up, "Downtime", $"The system is up again after {Texts.Duration((up - downtime.From).TotalSeconds)}.")
            {
                Ends = true,
            };
        }
    }

    // The operator records with an attempt the retry token that continued after it.
    private static HistoryEntry Began(int number, DateTimeOffset? at, RunAttempt? former) => new(
        at, $"Attempt {number}", former?.Token is { } token ? $"Began after retry {token}." : "Began.");
}

/// <summary>One entry of a history.</summary>
/// <param name="At">When; null if the object does not say.</param>
internal sealed record HistoryEntry(DateTimeOffset? At, string What, string Text)
{
    /// <summary>Whether it ends the run or a downtime.</summary>
    [JsonIgnore]
    public bool Ends { get; init; }
}
