namespace Drydock.Reconcilers.Upgrades;

/// <summary>Retry, abort and rollback tokens and approvals: which are new, and which were used. Pure.</summary>
internal static class RunTokens
{
    public static IReadOnlyList<string> NewRetries(RunObject entity) =>
        RetryTokens.New(entity.Metadata, entity.Spec.Retry, entity.Status?.UsedTokens ?? []);

    public static string? NewAbort(RunObject entity) =>
        RetryTokens.NewAbort(entity.Metadata, entity.Status?.UsedTokens ?? []);

    public static string? NewRollback(RunObject entity) =>
        RetryTokens.NewRollback(entity.Metadata, entity.Status?.UsedTokens ?? []);

    /// <summary>The status with at most as many tokens and approvals as may be stored; those that the object still has
    /// are kept.</summary>
    public static RunStatus Trim(RunObject entity, RunStatus status)
    {
        var given = GivenApprovals(entity.Metadata).Select(Read).Select(a => (a.Name, a.PlanHash)).ToHashSet();
        var here = status.Approvals.Where(a => given.Contains((a.Name, a.PlanHash))).ToList();
        var approvals = status.Approvals.Count > SchemaLimits.History
            ? [.. status.Approvals.Except(here).TakeLast(SchemaLimits.History - here.Count), .. here]
            : status.Approvals;
        return status with
        {
            Approvals = approvals,
            Acceptances = Acceptances.Trim(entity, status.Acceptances),
            UsedTokens = RetryTokens.Trim(entity.Metadata, entity.Spec.Retry, status.UsedTokens),
        };
    }

    /// <summary>The status of a run that this abort token stops: the rollback if it is requested and has not started,
    /// otherwise what runs.</summary>
    public static RunStatus Abort(RunSpec spec, RunStatus status, string token, DateTimeOffset now) =>
        UseAbort(status, token, now) with
        {
            AbortedBy = token,
            AbortedRollback = spec.DesiredState == DesiredState.RolledBack ? true : null,
        };

    /// <summary>The status with an abort token that was given when nothing ran: marked as used, so that it stops
    /// nothing later.</summary>
    public static RunStatus UseAbort(RunStatus status, string token, DateTimeOffset now) =>
        status with { UsedTokens = RetryTokens.Use(status.UsedTokens, [token], now, TokenKind.Abort) };

    /// <summary>The status of a run that is no longer aborted.</summary>
    public static RunStatus Resume(RunStatus status) =>
        status with { AbortedBy = null, AbortedRollback = null };

    /// <summary>The number of the attempt that runs, or ran last; counts from 1.</summary>
    public static int Attempt(RunStatus status) => (status.Attempts.LastOrDefault()?.Number ?? 0) + 1;

    public static RunStatus TakeUp(RunStatus status, IReadOnlyList<string> tokens, DateTimeOffset now)
    {
        var ended = status.Conditions.Find(c => c.Type == ConditionTypes.Stalled && c.Status == "True")
            ?? status.Conditions.Find(c => c.Type == ConditionTypes.Ready);
        var attempt = new RunAttempt
        {
            Number = Attempt(status),
            StartedAt = status.Attempts.LastOrDefault()?.FinishedAt ?? status.StartedAt,
            FinishedAt = now,
            Reason = ended?.Reason,
            Message = ended?.Message,
            Step = status.Step is { } step ? SchemaLimits.Clip(step, SchemaLimits.Name) : null,
            Token = tokens.Count > 0 ? tokens[0] : null,
        };
        return Use(
            status with
            {
                Attempts = [.. status.Attempts.Append(attempt).TakeLast(SchemaLimits.History)],
                Traceparent = null,
            },
            tokens,
            now);
    }

    public static RunStatus Use(RunStatus status, IReadOnlyList<string> tokens, DateTimeOffset now) =>
        tokens.Count == 0
            ? status
            : status with { UsedTokens = RetryTokens.Use(status.UsedTokens, tokens, now) };

    /// <summary>The status with approvals that were not seen before; an approval of another plan is recorded as not
    /// accepted.</summary>
    public static RunStatus SeeApprovals(
        V1ObjectMeta metadata, RunStatus status, IReadOnlyCollection<string> planHashes, DateTimeOffset now)
    {
        var added = new List<UsedApproval>();
        foreach (var text in GivenApprovals(metadata))
        {
            var seen = Read(text) with { At = now };
            seen = seen with { Accepted = Approval.TryParse(text, out var approval) && planHashes.Any(approval.IsFor) };
            if (!status.Approvals.Concat(added).Any(a => a.Name == seen.Name && a.PlanHash == seen.PlanHash))
            {
                added.Add(seen);
            }
        }

        return added.Count == 0 ? status : status with { Approvals = [.. status.Approvals, .. added] };
    }

    /// <summary>The warning about approvals that are not read, because there are too many; null if all are
    /// read.</summary>
    public static string? UnreadApprovals(V1ObjectMeta metadata) =>
        Unread(metadata, Annotations.Approve, "approvals");

    public static string? Unread(V1ObjectMeta metadata, string annotation, string things)
    {
        var unread = List(metadata, annotation).Skip(SchemaLimits.History).ToList();
        return unread.Count == 0
            ? null
            : $"The annotation {annotation} has {SchemaLimits.History + unread.Count} {things}, "
                + $"and the operator reads the first {SchemaLimits.History}. "
                + $"'{SchemaLimits.Clip(unread[0], SchemaLimits.Name)}'"
                + (unread.Count > 1 ? $" and {unread.Count - 1} more are ignored. " : " is ignored. ")
                + $"Remove used {things}; then the others are read.";
    }

    public static IEnumerable<string> List(V1ObjectMeta metadata, string annotation) =>
        (metadata.Annotation(annotation) ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal);

    public static HashSet<string> Approved(RunStatus status, string planHash) =>
        [
            .. status.Approvals.Where(a => a.Accepted && new Approval(a.Name, a.PlanHash).IsFor(planHash))
            .Select(a => a.Name),
        ];

    // As many as a status stores: with more of them, each reconcile would take the first ones for new ones again.
    private static IEnumerable<string> GivenApprovals(V1ObjectMeta metadata) =>
        List(metadata, Annotations.Approve).Take(SchemaLimits.History);

    private static UsedApproval Read(string text)
    {
        var parsed = Approval.TryParse(text, out var approval);
        return new UsedApproval
        {
            Name = SchemaLimits.Clip(parsed ? approval.Name : text, SchemaLimits.Name) is { Length: > 0 } name
                ? name
                : "?",
            PlanHash = parsed ? approval.HashPrefix : "",
        };
    }
}
