namespace Drydock.Cli.Changes;

/// <summary>Retries, aborts and rolls back: what is asked for once, by a token.</summary>
internal static class TokenChange
{
    public static Change Retry(Run run)
    {
        run.RequireRead();
        var word = run.Status?.RetryWord ?? throw CliException.Refused(
            $"{run.FullName} did not fail: {run.Situation}. {run.Status?.NextAction}".TrimEnd());
        var isRolledBack = run.Status.Phase == RunPhases.RolledBack;

        // The run does not wait for another approval while the system is down.
        var token = run.Status.RetryApproval ?? word;
        RequireUseOfRetry(run, isRolledBack, token);
        var isPreflight = run.Status.Phase == RunPhases.Preflight;
        return new Change
        {
            Promise = isRolledBack ? $"Starts the upgrade {run.FullName} again, from preflight."
                : isPreflight ? $"Repeats preflight of {run.FullName} now. If it finds nothing, the "
                    + (run.Spec.Approval == ApprovalPolicy.Automatic ? "upgrade starts." : "plan is stored.")
                : run.Status.RetryCost is { Length: > 0 } cost
                    ? $"Repeats {run.FullName} on restored data. {Approval.Told(cost)}"
                : $"Continues {run.FullName}{From(run.Status)}.",
            Circumstances = isRolledBack || run.Reason == Reasons.OutcomeUnknown
                ? ""
                : $"The cause has to be repaired first: {run.Status.Message}",
            Confirm = run.Status.RetryCost is null ? null : run.Metadata.Name,
            Annotations = Change.One(Annotations.Retry, token),
            Effect = seen => Tokens.Find(seen, TokenKind.Retry, token) switch
            {
                null => null,
                { Message: { } why } => new TakenUp($"The operator ignored it. {why}", IsRefused: true),
                _ when isPreflight =>
                    new TakenUp($"Preflight is repeated. See what it finds: `{seen.Command("status")}`."),
                _ => new TakenUp($"Continued. {seen.Report}"),
            },
        };
    }

    public static Change Abort(Run run)
    {
        run.RequireRead();
        if (RunPhases.IsEnded(run.Status?.Phase) && run.IsObserved)
        {
            throw CliException.Refused($"{run.FullName} does not run: {run.Situation}.");
        }

        if (run.Status?.AbortedBy is not null)
        {
            throw CliException.Refused($"{run.FullName} is aborted already. {run.Status.NextAction}".TrimEnd());
        }

        var token = Tokens.Next(run, TokenKind.Abort, Annotations.Abort);
        return new Change
        {
            Promise = $"Aborts {run.FullName}: running steps finish, no further step starts. {AfterAbort(run)}",
            Annotations = Change.One(Annotations.Abort, token),
            Effect = seen => Tokens.Find(seen, TokenKind.Abort, token) is null
                ? null
                : new TakenUp($"Aborted. {seen.Report}"),
        };
    }

    public static Change Rollback(Run run)
    {
        run.RequireRead();
        if (RollbackState.IsRequested(run))
        {
            throw CliException.Refused($"A rollback of {run.FullName} is requested already: {run.Situation}.");
        }

        if (run.Status?.Plan is null)
        {
            throw CliException.Refused($"{run.FullName} has no plan yet, so nothing can be rolled back.");
        }

        if (run.Status.Phase == RunPhases.RolledBack)
        {
            throw CliException.Refused($"{run.FullName} is rolled back already. {run.Status.NextAction}".TrimEnd());
        }

        if (RollbackState.Refusal(run) is { } refusal)
        {
            throw CliException.Refused($"{run.FullName}: {refusal}");
        }

        var token = Tokens.Next(run, TokenKind.Rollback, Annotations.Rollback);
        var cost = run.Status.Rollback?.Cost is { Length: > 0 } text ? $" {text}" : "";
        return new Change
        {
            Promise = $"Rolls {run.FullName} back from {run.To} to {run.From}.{cost}",
            Annotations = Change.One(Annotations.Rollback, token),
            Effect = seen => RollbackEffect(seen, run, token),
        };
    }

    public static Change CancelRollback(Run run)
    {
        run.RequireRead();
        if (run.Metadata.Annotations?.ContainsKey(Annotations.Rollback) != true)
        {
            throw CliException.Refused(
                run.Spec.DesiredState == DesiredState.RolledBack
                    ? $"The rollback of {run.FullName} was requested by spec.desiredState, which this command does not "
                        + "change. Set it to Upgraded."
                    : $"No rollback of {run.FullName} was requested.");
        }

        if (RollbackState.HasBegun(run))
        {
            throw CliException.Refused(
                $"The rollback of {run.FullName} has begun and cannot be cancelled: {run.Situation}. "
                + $"{run.Status?.Message}");
        }

        return new Change
        {
            Promise = $"Cancels the rollback of {run.FullName}, unless it has begun.",
            Annotations = Change.One(Annotations.Rollback, null),
            Effect = static seen => seen.Status?.RolledBackBy is null
                ? new TakenUp($"Cancelled. {seen.Report}")
                : RollbackState.HasBegun(seen)
                ? new TakenUp($"The rollback has begun and cannot be cancelled. {seen.Report}", IsRefused: true)
                : null,
        };
    }

    // States in which the operator does not use the token now: it would continue the run later, unexpectedly.
    private static void RequireUseOfRetry(Run run, bool isRolledBack, string token)
    {
        if (isRolledBack && run.Spec.DesiredState == DesiredState.RolledBack)
        {
            throw CliException.Refused(
                $"{run.FullName} was rolled back because of spec.desiredState, which this command does not change. To "
                + $"start the upgrade again: {run.PatchCommand("""{"desiredState":"Upgraded"}""")}, then "
                + $"`{run.Command("retry")}`.");
        }

        if (run.Reason is Reasons.TooLate or Reasons.HolderGone or Reasons.TargetClaimLost
            or Reasons.RollbackUnavailable)
        {
            throw CliException.Refused(
                $"A retry does not continue {run.FullName} ({run.Reason}). {run.Status?.NextAction}".TrimEnd());
        }
    }

    private static string From(RunStatus? status) =>
        status is { Step: { Length: > 0 } step } ? $" at {step}"
        : status?.Plan is null ? " from preflight"
        : "";

    private static string AfterAbort(Run run)
    {
        var isPast = run.Status is { Plan: not null, AbortUndoes: not true };
        var down = run.DowntimeSince is null ? "" : " The downtime continues until you retry.";
        if (RollbackState.IsRequested(run) || (isPast && run.Status?.RollbackPlan is not null))
        {
            return $"The rollback stops as well, and nothing is undone.{down}";
        }

        return run.Status?.Plan is null ? "Nothing was changed so far."
            : !isPast ? "What was changed so far is then undone."
            : run.DowntimeSince is not null
                ? "Nothing is undone. The downtime continues until you retry or roll back."
            : run.InstanceProgress is { Length: > 0 } progress
                ? $"Nothing is undone: the processes keep the versions that they run now ({progress} run {run.To})."
            : $"Nothing is undone: {run.To} keeps running.";
    }

    // The operator records the token first, and decides after that whether a rollback is possible.
    private static TakenUp? RollbackEffect(Run seen, Run before, string token)
    {
        if (seen.Status?.RolledBackBy != token)
        {
            return Tokens.Find(seen, TokenKind.Rollback, token) is null
                ? null
                : new TakenUp($"Ignored. {seen.Status?.Message}", IsRefused: true);
        }

        return seen.Reason == Reasons.RollbackUnavailable
                ? new TakenUp($"The rollback does not start. {seen.Status.Message}", IsRefused: true)
            : seen.Status.RollbackPlan is not null
                || (seen.Status.Phase, seen.Reason) != (before.Status?.Phase, before.Reason)
                ? new TakenUp($"Taken up. {seen.Report}")
            : null;
    }
}

/// <summary>What a run can still undo, and how far a rollback is, read from its status.</summary>
internal static class RollbackState
{
    public static string? Refusal(Run run) =>
        run.Status?.Rollback is { Possible: false } refused ? refused.Cost : null;

    /// <summary>Whether the rollback has begun, or has ended, so that it cannot be cancelled.</summary>
    public static bool HasBegun(Run run) => run.Status?.RollbackPlan is { HasBegunOrIsDone: true };

    public static bool IsRequested(Run run) =>
        run.Spec.DesiredState == DesiredState.RolledBack || run.Status?.RolledBackBy is not null;
}
