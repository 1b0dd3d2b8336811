using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;
using Drydock.Engine.Holds;

namespace Drydock.Reconcilers.Common.Runs.Plans;

/// <summary>Retry and abort tokens and approvals: what is new, and what was used. Pure.</summary>
internal static class RunTokens
{
    /// <summary>Retry tokens that were not used before.</summary>
    public static IReadOnlyList<string> NewRetries<TSpec, TStatus>(CustomKubernetesEntity<TSpec, TStatus> entity)
        where TSpec : RunSpec, new()
        where TStatus : RunStatus, new()
    {
        var used = (entity.Status?.UsedTokens ?? []).Where(t => t.Kind == TokenKind.Retry).Select(t => t.Token).ToHashSet(StringComparer.Ordinal);
        return [.. new[] { entity.Spec.Retry, entity.Metadata.Annotations?.GetValueOrDefault(Annotations.Retry) }
            .Where(t => !string.IsNullOrWhiteSpace(t))
            .Select(t => SchemaLimits.Clip(t!.Trim(), SchemaLimits.ShortName))
            .Distinct(StringComparer.Ordinal)
            .Where(t => !used.Contains(t))];
    }

    /// <summary>The abort token that was not used before; null if there is none.</summary>
    public static string? NewAbort<TSpec, TStatus>(CustomKubernetesEntity<TSpec, TStatus> entity)
        where TSpec : RunSpec, new()
        where TStatus : RunStatus, new()
    {
        var token = entity.Metadata.Annotations?.GetValueOrDefault(Annotations.Abort)?.Trim();
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        token = SchemaLimits.Clip(token, SchemaLimits.ShortName);
        return (entity.Status?.UsedTokens ?? []).Exists(t => t.Kind == TokenKind.Abort && t.Token == token) ? null : token;
    }

    /// <summary>The status of a run that this abort token stops: the way back where that is asked for and has not begun, otherwise what runs.</summary>
    public static TStatus Abort<TStatus>(RunSpec spec, TStatus status, string token, DateTimeOffset now)
        where TStatus : RunStatus =>
        UseAbort(status, token, now) with { AbortedBy = token, AbortedRollback = spec.DesiredState == DesiredState.RolledBack ? true : null };

    /// <summary>The status with an abort token that came when nothing ran: used up, so that it stops nothing later.</summary>
    public static TStatus UseAbort<TStatus>(TStatus status, string token, DateTimeOffset now)
        where TStatus : RunStatus =>
        status with { UsedTokens = [.. status.UsedTokens.Append(new UsedToken { Kind = TokenKind.Abort, Token = token, At = now }).TakeLast(SchemaLimits.History)] };

    /// <summary>The status of a run that no abort stops any more.</summary>
    public static TStatus Resume<TStatus>(TStatus status)
        where TStatus : RunStatus =>
        status with { AbortedBy = null, AbortedRollback = null };

    /// <summary>The status with an entry for an attempt that ended and is taken up again by these tokens, which are used up.</summary>
    public static TStatus TakeUp<TStatus>(TStatus status, IReadOnlyList<string> tokens, DateTimeOffset now)
        where TStatus : RunStatus
    {
        var ended = status.Conditions.Find(c => c.Type == ConditionTypes.Stalled && c.Status == "True") ?? status.Conditions.Find(c => c.Type == ConditionTypes.Ready);
        var attempt = new RunAttempt
        {
            Number = (status.Attempts.LastOrDefault()?.Number ?? 0) + 1,
            StartedAt = status.Attempts.LastOrDefault()?.FinishedAt ?? status.StartedAt,
            FinishedAt = now,
            Reason = ended?.Reason,
            Message = ended?.Message,
            Step = status.Step is { } step ? SchemaLimits.Clip(step, SchemaLimits.Name) : null,
            Token = tokens.Count > 0 ? tokens[0] : null,
        };
        return Use(status with { Attempts = [.. status.Attempts.Append(attempt).TakeLast(SchemaLimits.History)] }, tokens, now);
    }

    /// <summary>The status with these retry tokens used up.</summary>
    public static TStatus Use<TStatus>(TStatus status, IReadOnlyList<string> tokens, DateTimeOffset now)
        where TStatus : RunStatus =>
        tokens.Count == 0
            ? status
            : status with { UsedTokens = [.. status.UsedTokens.Concat(tokens.Select(t => new UsedToken { Kind = TokenKind.Retry, Token = t, At = now })).TakeLast(SchemaLimits.History)] };

    /// <summary>The status with approvals that were not seen before; one for another plan is recorded as not accepted.</summary>
    public static TStatus SeeApprovals<TStatus>(V1ObjectMeta metadata, TStatus status, IReadOnlyCollection<string> planHashes, DateTimeOffset now)
        where TStatus : RunStatus
    {
        var given = (metadata.Annotations?.GetValueOrDefault(Annotations.Approve) ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var added = new List<UsedApproval>();
        foreach (var text in given)
        {
            var parsed = Approval.TryParse(text, out var approval);
            var seen = new UsedApproval
            {
                Name = SchemaLimits.Clip(parsed ? approval.Name : text, SchemaLimits.Name),
                PlanHash = parsed ? approval.HashPrefix : "",
                At = now,
                Accepted = parsed && planHashes.Any(approval.IsFor),
            };
            if (!status.Approvals.Concat(added).Any(a => a.Name == seen.Name && a.PlanHash == seen.PlanHash))
            {
                added.Add(seen);
            }
        }

        return added.Count == 0 ? status : status with { Approvals = [.. status.Approvals.Concat(added).TakeLast(SchemaLimits.History)] };
    }

    /// <summary>What was approved for this plan.</summary>
    public static HashSet<string> Approved(RunStatus status, string planHash) =>
        [.. status.Approvals.Where(a => a.Accepted && string.Equals(a.PlanHash, Approval.Prefix(planHash), StringComparison.OrdinalIgnoreCase)).Select(a => a.Name)];
}
