namespace Drydock.Reconcilers.Upgrades;

/// <summary>What is reported where a run waits, or changes from the upgrade to the rollback.</summary>
internal static class RunMessages
{
    /// <summary>How a message names the retry that counts then: the word is filled in where the status is
    /// composed.</summary>
    public const string Retry = $"{Annotations.Retry}={RetryWord}";

    public const string RetryWord = "<retry>";

    private const int ShownCauses = 1;

    /// <summary>A preflight that found problems: the first of them, and how many more status.findings has.</summary>
    /// <param name="arrivesBy">Until when what is missing may still be created; null if it is a failure.</param>
    public static RunOutcome Found(
        IReadOnlyList<Finding> findings, DateTimeOffset? arrivesBy = null, bool isUndone = false)
    {
        var reasons = findings.Select(f => f.Reason).Distinct(StringComparer.Ordinal).ToList();
        return new RunOutcome(
            arrivesBy is null ? RunState.Stalled : RunState.Working,
            RunPhases.Preflight,
            reasons.Count == 1 || arrivesBy is not null ? reasons[0] : Reasons.PreflightFailed,
            Sentences.Join(
            [
                findings[0].Message,
                findings.Count > 1
                    ? $"{Sentences.Count(findings.Count - 1, "more finding is", "more findings are")} in "
                        + "status.findings."
                    : null,
                IsOutdated(findings) ? null
                    : isUndone ? "Whether there is something to roll back is not known."
                    : "Nothing was changed.",
                arrivesBy is { } ends ? ArrivalTime.Describe(ends) : "Preflight is repeated.",
            ]));
    }

    /// <summary>Whether preflight found that the status is older than the targets.</summary>
    public static bool IsOutdated(IReadOnlyList<Finding> findings) =>
        findings.Any(f => f.Reason == Reasons.StatusOutdated);

    public static string PlanReady(Plan plan) => Sentences.Join(
        $"The plan has {Sentences.Count(plan.Steps.Count, "step", "steps")} and waits for your approval. Nothing was "
            + "changed.",
        plan.Why is { } why ? Sentences.Close($"It differs from the one before: {why}") : null);

    /// <summary>What is different in a plan that is compiled again, in one line.</summary>
    public static string Why(PlanProgress before, Plan plan)
    {
        // The notes of a plan say why it has steps that others do not have.
        var causes = plan.Notes.Except(before.Notes, StringComparer.Ordinal)
            .Concat(PlanDifference.Describe(before.Plan, plan)).ToList();
        return SchemaLimits.Clip(Sentences.List(causes, ShownCauses, "; "));
    }

    public static RunOutcome TargetBusy(string phase, string target, ClaimHolder holder) => holder.IsGone
        ? new RunOutcome(
            RunState.Stalled,
            phase,
            Reasons.HolderGone,
            HolderGone(target, holder))
        : new RunOutcome(
            RunState.Working,
            phase,
            Reasons.TargetBusy,
            $"Waits for {holder}, which works on the same target ({target}), and then continues automatically. The "
            + $"claim is the Lease {holder.Lease}.");

    public static string HolderGone(string target, ClaimHolder holder) =>
        $"The target ({target}) is held by {holder}, which no longer exists, so the state of the target is unknown. "
        + $"Check the target, then take it over with the annotation {Annotations.Adopt}={holder.Uid}.";

    /// <summary>Another object has claimed the target of a run under way. Its deletion would undo the changes of this
    /// run on a target that the other one works on.</summary>
    public static string ClaimLost(ClaimHolder holder, bool isDeleted)
    {
        const string Abandon = $"the annotation {Annotations.OnDelete}: {Annotations.Abandon}";
        return $"The claim on the target is held by {holder} now; the claim of this object was removed. "
            + "Nothing is started or undone. "
            + (isDeleted
                ? $"To remove this object and leave the target as it is, set {Abandon}."
                : $"Only one of the two may continue: delete {holder}, or set {Abandon} on this object and delete it.");
    }

    public static string Reason(RollbackCause cause) =>
        cause is RollbackCause.Deletion or RollbackCause.Abort ? Reasons.Undoing : Reasons.RollingBack;

    public static string Because(RunObject entity, RollbackCause cause) => cause switch
    {
        RollbackCause.Request => "The rollback was requested: " + (IsAnnotated(entity)
            ? $"the annotation {Annotations.Rollback} is {entity.Status!.RolledBackBy}."
            : "spec.desiredState is RolledBack. It counts for every plan until you change it."),
        RollbackCause.Failure => Sentences.Join(
            "The upgrade failed and is rolled back, because spec.rollbackPolicy is OnFailure.",
            Failed(entity.Status!.Plan!)),
        RollbackCause.Abort =>
            $"The run was aborted by {Annotations.Abort}={entity.Status!.AbortedBy}, so all changes are undone.",
        _ => "The object is being deleted, so all changes are undone.",
    };

    public static string ToCancel(RunObject entity) =>
        IsAnnotated(entity) ? $"remove the annotation {Annotations.Rollback}" : "set spec.desiredState: Upgraded";

    public static bool IsAnnotated(RunObject entity) =>
        entity.Written.DesiredState == DesiredState.Upgraded && entity.Status?.RolledBackBy is not null;

    /// <summary>The remedy if no rollback is possible. Anything that makes a rollback impossible also violates a guard
    /// of the upgrade: after a failure the upgrade cannot continue either.</summary>
    public static string WithoutRollback(RunObject entity, RollbackCause cause) => cause switch
    {
        RollbackCause.Failure =>
            $"set {Annotations.OnDelete}={Annotations.Abandon}, delete the object and finish manually.",
        RollbackCause.Abort => $"set {Retry} to continue the upgrade.",
        RollbackCause.Deletion =>
            $"set {Annotations.OnDelete}={Annotations.Abandon}.",
        _ => $"{ToCancel(entity)} to continue.",
    };

    private static string? Failed(PlanProgress plan) =>
        plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step
            ? $"{step.Id} failed: {step.Message}"
            : null;
}
