namespace Drydock.Reconcilers.Upgrades;

/// <summary>Retries, abort and rollback tokens and approvals: which are new, and which were used. Pure.</summary>
internal static class RunTokens
{
    /// <summary>New retries of what is here now.</summary>
    public static IReadOnlyList<string> NewRetries(RunObject entity) =>
    [
        .. RunWords.Admitted(entity, WordKind.Retry)
            .Where(given => given.Word!.IsFor(entity.Status!.Retried()))
            .Select(given => given.Text),
    ];

    public static string? NewAbort(RunObject entity) =>
        RetryTokens.NewAbort(entity.Metadata, entity.Status?.UsedTokens ?? []);

    public static string? NewRollback(RunObject entity) =>
        RetryTokens.NewRollback(entity.Metadata, entity.Status?.UsedTokens ?? []);

    /// <summary>The status with at most as many tokens and approvals as may be stored; those that the object still has
    /// are kept.</summary>
    public static RunStatus Trim(RunObject entity, RunStatus status)
    {
        var given = RunWords.Given(entity).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return status with
        {
            Approvals = Trim(
                status.Approvals,
                4 * SchemaLimits.History,
                a => given.Contains(GivenWord.KeyOf(GivenWord.KindOf(a.Word), a.Word))),
            UsedTokens = RetryTokens.Trim(entity.Metadata, status.UsedTokens),
        };
    }

    /// <summary>The last ones, and those that the object still has, so that none of them counts as new again.</summary>
    public static List<T> Trim<T>(List<T> used, int most, Predicate<T> isGiven) =>
        used.Count > most && used.FindAll(isGiven) is var here
            ? [.. used.Except(here).TakeLast(most - here.Count), .. here]
            : used;

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

    /// <summary>The warning about approvals that are not read, because there are too many; null if all are
    /// read.</summary>
    public static string? Unread(V1ObjectMeta metadata)
    {
        var unread = List(metadata, Annotations.Approve).Skip(SchemaLimits.History).ToList();
        return unread.Count == 0
            ? null
            : $"The annotation {Annotations.Approve} has {SchemaLimits.History + unread.Count} approvals, "
                + $"and the operator reads the first {SchemaLimits.History}. "
                + $"'{SchemaLimits.Clip(unread[0], SchemaLimits.Name)}'"
                + (unread.Count > 1 ? $" and {unread.Count - 1} more are ignored. " : " is ignored. ")
                + "Remove used approvals; then the others are read.";
    }

    public static IEnumerable<string> List(V1ObjectMeta metadata, string annotation) =>
        ApprovalClaims.Entries(metadata.Annotation(annotation)).Distinct(StringComparer.Ordinal);

    public static HashSet<string> Approved(RunStatus status, PlanProgress plan) =>
        [.. Approvals(status, plan).Select(a => WhatOf(a, plan))];

    /// <summary>The approvals of a plan under its next number.</summary>
    /// <param name="isEnded">Whether only what they released and has begun stays released, so that a retry in the
    /// downtime asks no administrator again.</param>
    public static IEnumerable<UsedApproval> StillGiven(RunStatus status, PlanProgress plan, int next, bool isEnded)
    {
        var renamed = plan.With(plan.Plan with { Number = next });
        return !isEnded
            ? Approvals(status, plan).Select(a => a with { Word = Word.For(a.Parsed!.What, renamed) })
            : from approval in Approvals(status, plan)
              let what = WhatOf(approval, plan)
              from step in plan.Steps
              let isPhase = what == step.Phase
              where step.HasBegun && (isPhase || (step.State != StepState.Succeeded && (what == step.Id
                  || (what == HoldMatcher.PointOfNoReturn && step.PointOfNoReturn))))
              select approval with { Word = Word.For(isPhase ? step.Phase : step.Id, renamed) };
    }

    // FirstChange is a name of the phase before which it holds.
    private static string WhatOf(UsedApproval approval, PlanProgress plan) =>
        approval.Parsed!.What is var what && what == HoldMatcher.FirstChange
            ? HoldMatcher.FirstChangeIn(plan.Plan.Steps) ?? what
            : what;

    private static IEnumerable<UsedApproval> Approvals(RunStatus status, PlanProgress plan) =>
        status.Approvals.Where(a => a.Accepted && a.Parsed is { Failure: null } word && word.IsFor(plan));
}
