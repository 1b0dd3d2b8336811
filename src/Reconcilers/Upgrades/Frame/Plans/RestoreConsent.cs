namespace Drydock.Reconcilers.Upgrades;

/// <summary>The consent to the restore of a redo, given with the retry that asks for it: a retry token of the form
/// <c>RestoreDatabases@hash</c>, with the first 8 hex digits of the plan in which the command was lost
/// (<see cref="AcceptToken"/>). After any other token the redo is held before the restore. Pure.</summary>
internal static class RestoreConsent
{
    /// <summary>The token that gives the consent now.</summary>
    public static string Next(IRunRedo redo, Plan plan, RunObject entity, RunStatus status) =>
        AcceptToken.Next(redo.Phase, plan.Hash, RetryTokens.Known(entity, status, TokenKind.Retry));

    public static bool IsGiven(IRunRedo redo, Plan plan, IReadOnlyList<string> retries) => retries.Any(text =>
        AcceptToken.TryParse(text, out var token) && token.Step == redo.Phase && token.Plan.IsFor(plan.Hash));

    /// <summary>The status with the consent recorded as approvals of the redo plan: the phase that restores passes its
    /// hold, and its points of no return pass every hold.</summary>
    public static RunStatus Record(IRunRedo redo, RunStatus status, Plan plan, DateTimeOffset now)
    {
        var dropping = plan.Steps.Where(s => s.Phase == redo.Phase && s.PointOfNoReturn).Select(s => s.Id);
        var hash = Approval.Prefix(plan.Hash);
        return status with
        {
            Approvals =
            [
                .. status.Approvals,
                .. dropping.Prepend(redo.Phase)
                    .Select(name => new UsedApproval { Name = name, PlanHash = hash, At = now, Accepted = true }),
            ],
        };
    }
}
