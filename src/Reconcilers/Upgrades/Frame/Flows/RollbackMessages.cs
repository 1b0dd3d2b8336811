using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Texts for a run that changes from the upgrade to the rollback.</summary>
internal static class RollbackMessages
{
    /// <summary>The reason to show.</summary>
    public static string Reason(RollbackCause cause) =>
        cause is RollbackCause.Deletion or RollbackCause.Abort ? Reasons.Undoing : Reasons.RollingBack;

    /// <summary>Why it is rolled back: whole sentences.</summary>
    public static string Because(RunStatus status, RollbackCause cause) => cause switch
    {
        RollbackCause.Request => "The rollback was requested: spec.desiredState is RolledBack.",
        RollbackCause.Failure => Sentences.Join(
            "The upgrade failed and is rolled back, because spec.rollbackPolicy is OnFailure.",
            Failed(status.Plan!)),
        RollbackCause.Abort =>
            $"The run was aborted by {Annotations.Abort}={status.AbortedBy}, so all changes are undone.",
        _ => "The object is being deleted, so all changes are undone.",
    };

    /// <summary>
    /// The remedy if no rollback is possible. Anything that makes a rollback impossible also violates a guard of the
    /// upgrade: after a failure the upgrade cannot continue either.
    /// </summary>
    public static string WithoutRollback(RollbackCause cause) => cause == RollbackCause.Failure
        ? $"set the annotation {Annotations.OnDelete}={Annotations.Abandon}, delete the object and finish manually."
        : "set spec.desiredState: Upgraded to continue without a rollback.";

    private static string? Failed(Plan plan) =>
        plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step
            ? $"{step.Id} failed: {step.Message}"
            : null;
}
