using Drydock.Abstractions.Plans;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Cli.Runs;
using Drydock.Cli.Views;
using Drydock.Crds.Common;

namespace Drydock.Cli.Changes;

/// <summary>Retries, aborts, rolls back and accepts: what is asked for once, by a token.</summary>
internal static class TokenChange
{
    /// <summary>Continues after a failure.</summary>
    public static Change Retry(Run run)
    {
        var isRolledBack = run.Status?.Phase == RunPhases.RolledBack;
        if (!run.Is(ConditionTypes.Stalled) && run.Reason != Reasons.OutcomeUnknown && !isRolledBack)
        {
            throw CliException.Refused(
                $"{run.FullName} did not fail: {run.Status?.Phase ?? RunPhases.Pending}, {run.Reason}. "
                + $"{run.Status?.NextAction}");
        }

        var token = Tokens.Next(run, TokenKind.Retry, Annotations.Retry);
        var step = run.Status?.Step is { Length: > 0 } at ? $" at {at}" : " from preflight";
        return new Change
        {
            Sentence = isRolledBack
                ? $"Starts the upgrade {run.FullName} again, from preflight."
                : $"Continues {run.FullName}{step}. The cause has to be repaired first: {run.Status?.Message}",
            Annotations = Change.One(Annotations.Retry, token),
            Effect = seen => Tokens.IsUsed(seen, TokenKind.Retry, token)
                ? new TakenUp($"Continued. {seen.Status?.Phase}: {seen.Status?.Message}")
                : null,
        };
    }

    /// <summary>Starts no further step and ends the run.</summary>
    public static Change Abort(Run run)
    {
        if (RunControl.IsOver(run) || run.Status?.Phase == RunPhases.Failed)
        {
            throw CliException.Refused($"{run.FullName} does not run: {run.Status?.Phase}, {run.Reason}.");
        }

        var token = Tokens.Next(run, TokenKind.Abort, Annotations.Abort);
        var down = run.DowntimeSince is null
            ? " What was changed so far is undone if the downtime has not begun."
            : " The downtime continues until you retry or roll back.";
        return new Change
        {
            Sentence = $"Aborts {run.FullName}: running steps finish, no further step starts.{down}",
            Annotations = Change.One(Annotations.Abort, token),
            Effect = seen => seen.Status?.AbortedBy == token || Tokens.IsUsed(seen, TokenKind.Abort, token)
                ? new TakenUp($"Aborted. {seen.Status?.Phase}: {seen.Status?.Message}")
                : null,
        };
    }

    /// <summary>Rolls back to the former version.</summary>
    public static Change Rollback(Run run)
    {
        if (run.Spec.DesiredState == DesiredState.RolledBack || run.Status?.RolledBackBy is not null)
        {
            throw CliException.Refused(
                $"A rollback of {run.FullName} is requested already: {run.Status?.Phase}, {run.Reason}.");
        }

        if (run.Status?.Plan is null)
        {
            throw CliException.Refused($"{run.FullName} has no plan yet, so nothing can be rolled back.");
        }

        var token = Tokens.Next(run, TokenKind.Rollback, Annotations.Rollback);
        var cost = run.Status.RollbackCost is { Length: > 0 } text ? $" {text}" : "";
        return new Change
        {
            Sentence = $"Rolls {run.FullName} back from {run.To} to {run.From}.{cost}",
            Annotations = Change.One(Annotations.Rollback, token),
            Effect = seen => seen.Status?.RolledBackBy == token
                ? new TakenUp($"Taken up. {seen.Status.Phase}: {seen.Status.Message}")
                : Tokens.IsUsed(seen, TokenKind.Rollback, token)
                    ? new TakenUp($"Ignored. {seen.Status?.Message}", IsRefused: true)
                    : null,
        };
    }

    /// <summary>Cancels a rollback that has not begun.</summary>
    public static Change CancelRollback(Run run)
    {
        if (run.Metadata.Annotations?.ContainsKey(Annotations.Rollback) != true)
        {
            throw CliException.Refused(
                run.Spec.DesiredState == DesiredState.RolledBack
                    ? $"The rollback of {run.FullName} was requested by spec.desiredState, which this command does not "
                        + "change. Set it to Upgraded."
                    : $"No rollback of {run.FullName} was requested.");
        }

        return new Change
        {
            Sentence = $"Cancels the rollback of {run.FullName}, unless it has begun.",
            Annotations = Change.One(Annotations.Rollback, null),
            Effect = static seen => seen.Status?.RolledBackBy is null
                ? new TakenUp($"Cancelled. {seen.Status?.Phase}: {seen.Status?.Message}")
                : seen.Status.RollbackPlan?.Steps.Exists(s => s.State != StepState.Pending) == true
                    ? new TakenUp("The rollback has begun and continues.", IsRefused: true)
                    : null,
        };
    }

    /// <summary>Accepts the result of a failed step that only verifies something.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stepId">The step; null for the only one that can be accepted.</param>
    public static Change Accept(Run run, string? stepId)
    {
        var steps = run.ActivePlan?.Steps ?? [];
        var failed = steps.Where(s => s.State is StepState.Failed or StepState.Unknown).ToList();
        var acceptable = failed.Where(s => s.Acceptable).ToList();
        var step = stepId is null
            ? acceptable is [var only] ? only : null
            : acceptable.Find(s => s.Id == stepId);
        if (step is null)
        {
            var which = acceptable.Count == 0 ? "none" : string.Join(", ", acceptable.Select(s => s.Id));
            var reason = failed.Find(s => s.Id == stepId) is not null
                ? $"{stepId} changes the target, so its failure cannot be accepted. Repair the cause and retry: "
                    + $"`{Commands.Of(run, "retry")}`."
                : stepId is null ? "Name the step." : $"{stepId} did not fail.";
            throw CliException.Refused($"{reason} Failures of {run.FullName} that can be accepted: {which}.");
        }

        var hash = Texts.Hash(run.ActivePlan!.Hash);
        var used = (run.Status?.Acceptances ?? []).Select(a => a.Token)
            .Concat(run.Spec.Accept)
            .Concat(Tokens.List(run, Annotations.Accept))
            .ToHashSet(StringComparer.Ordinal);
        var token = Enumerable.Range(1, used.Count + 1)
            .Select(n => n == 1 ? $"{step.Id}@{hash}" : $"{step.Id}@{hash}.{n}")
            .First(t => !used.Contains(t));
        return new Change
        {
            Sentence = $"Accepts the failed check {step.Id} of {run.FullName} ({step.Reason}: {step.Message}) The step "
                + "then counts as done, and the acceptance is recorded.",
            Annotations = Change.One(Annotations.Accept, token),
            Effect = seen => seen.Status?.Acceptances.Find(a => a.Token == token) is { } record
                ? record.Accepted
                    ? new TakenUp($"Accepted. {seen.Status.Phase}: {seen.Status.Message}")
                    : new TakenUp($"The operator ignored it. {record.Message}", IsRefused: true)
                : null,
        };
    }
}
