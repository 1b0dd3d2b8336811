namespace Drydock.Cli.Views;

/// <summary>What happened to a run and what users asked of it, by time.</summary>
internal sealed record HistoryView(string Kind, string Namespace, string Name, IReadOnlyList<HistoryEntry> Entries)
{
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
                var by = attempt.Token is { } token ? $" by retry {token}" : "";
                var at = attempt.Step is { Length: > 0 } step ? $" at {step}" : "";
                entries.Add(new HistoryEntry(
                    attempt.FinishedAt,
                    $"Attempt {attempt.Number}",
                    $"Ended{by}. It had stopped with {attempt.Reason}{at}: {attempt.Message}"));
            }

            former = attempt;
        }

        // Attempts that have not ended are not in the list.
        if (former is not null || status?.StartedAt is not null)
        {
            entries.Add(Began((former?.Number ?? 0) + 1, former?.FinishedAt ?? status?.StartedAt, former));
        }

        entries.AddRange((status?.Approvals ?? []).Select(a => new HistoryEntry(
            a.At, "Approval", $"{a.AsGiven()}: {(a.Accepted ? "accepted." : $"ignored. {a.Message}")}")));
        entries.AddRange((status?.Acceptances ?? []).Select(a => new HistoryEntry(
            a.At,
            "Acceptance",
            $"{a.Token}: {(a.Accepted ? $"accepted, overruling {a.Reason}." : "ignored.")} {a.Message}".TrimEnd())));
        entries.AddRange((status?.UsedTokens ?? []).Select(t => new HistoryEntry(
            t.At, t.Kind.ToString(), t.Message is null ? t.Token : $"{t.Token}: ignored. {t.Message}")));
        return new HistoryView(
            run.Kind.Kind,
            run.Metadata.Namespace ?? "",
            run.Metadata.Name,
            [.. entries.OrderBy(e => e.At ?? DateTimeOffset.MinValue)]);
    }

    // The operator records with an attempt the retry token that continued after it.
    private static HistoryEntry Began(int number, DateTimeOffset? at, RunAttempt? former) => new(
        at, $"Attempt {number}", former?.Token is { } token ? $"Began after retry {token}." : "Began.");
}

/// <summary>One entry of a history.</summary>
/// <param name="At">When; null if the object does not say.</param>
internal sealed record HistoryEntry(DateTimeOffset? At, string What, string Text);
