using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What is said where a run rollbacks to its way back.</summary>
internal static class RollbackMessages
{
    /// <summary>The reason to show.</summary>
    public static string Reason(RollbackCause cause) =>
        cause is RollbackCause.Deletion or RollbackCause.Abort ? Reasons.Undoing : Reasons.RollingBack;

    /// <summary>Who wants it.</summary>
    public static string Because(RunStatus status, RollbackCause cause) => cause switch
    {
        RollbackCause.Request => "spec.desiredState is RolledBack",
        RollbackCause.Failure => $"spec.rollbackPolicy is OnFailure and {Failed(status.Plan!)}",
        RollbackCause.Abort => $"aborted by {Annotations.Abort}={status.AbortedBy}: what was changed is undone",
        _ => "deletion was asked for: what was changed is undone",
    };

    /// <summary>
    /// What to do without it. What takes the way back away also breaks a guard of the way there: after a failure there
    /// is no going on either.
    /// </summary>
    public static string WithoutRollback(RollbackCause cause) => cause == RollbackCause.Failure
        ? $"let go with {Annotations.OnDelete}=Abandon, delete the object and finish by hand"
        : "set spec.desiredState: Upgraded to leave it";

    private static string Failed(Plan plan) =>
        plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step ? $"{step.Id} failed ({step.Message})" : "the upgrade failed";
}
