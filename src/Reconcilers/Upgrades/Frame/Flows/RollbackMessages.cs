namespace Drydock.Reconcilers.Upgrades;

/// <summary>Texts for a run that changes from the upgrade to the rollback.</summary>
internal static class RollbackMessages
{
    public static string Reason(RollbackCause cause) =>
        cause is RollbackCause.Deletion or RollbackCause.Abort ? Reasons.Undoing : Reasons.RollingBack;

    public static string Because(RunObject entity, RollbackCause cause) => cause switch
    {
        RollbackCause.Request => $"The rollback was requested: {Requested(entity)}",
        RollbackCause.Failure => Sentences.Join(
            "The upgrade failed and is rolled back, because spec.rollbackPolicy is OnFailure.",
            Failed(entity.Status!.Plan!)),
        RollbackCause.Abort =>
            $"The run was aborted by {Annotations.Abort}={entity.Status!.AbortedBy}, so all changes are undone.",
        _ => "The object is being deleted, so all changes are undone.",
    };

    public static string Requested(RunObject entity) => IsAnnotated(entity)
        ? $"the annotation {Annotations.Rollback} is {entity.Status!.RolledBackBy}."
        : "spec.desiredState is RolledBack.";

    public static string ToCancel(RunObject entity) =>
        IsAnnotated(entity) ? $"remove the annotation {Annotations.Rollback}" : "set spec.desiredState: Upgraded";

    /// <summary>How to upgrade again after a rollback: a whole sentence.</summary>
    public static string ToTryAgain(RunObject entity) => IsAnnotated(entity)
        ? "To try again, set a new retry token."
        : "To try again, set spec.desiredState: Upgraded and a new retry token.";

    public static bool IsAnnotated(RunObject entity) =>
        entity.Written.DesiredState == DesiredState.Upgraded && entity.Status?.RolledBackBy is not null;

    /// <summary>The remedy if no rollback is possible. Anything that makes a rollback impossible also violates a guard
    /// of the upgrade: after a failure the upgrade cannot continue either.</summary>
    public static string WithoutRollback(RunObject entity, RollbackCause cause) => cause == RollbackCause.Failure
        ? $"set the annotation {Annotations.OnDelete}={Annotations.Abandon}, delete the object and finish manually."
        : $"{ToCancel(entity)} to continue without a rollback.";

    private static string? Failed(Plan plan) =>
        plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step
            ? $"{step.Id} failed: {step.Message}"
            : null;
}
