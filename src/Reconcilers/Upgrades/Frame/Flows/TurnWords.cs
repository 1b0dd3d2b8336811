using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What is said where a run turns to its way back.</summary>
internal static class TurnWords
{
    /// <summary>The reason to show.</summary>
    public static string Reason(WayBackCause cause) =>
        cause is WayBackCause.Deletion or WayBackCause.Abort ? Reasons.Undoing : Reasons.RollingBack;

    /// <summary>Who wants it.</summary>
    public static string Because(RunStatus status, WayBackCause cause) => cause switch
    {
        WayBackCause.Request => "spec.desiredState is RolledBack",
        WayBackCause.Failure => $"spec.rollbackPolicy is OnFailure and {Failed(status.Plan!)}",
        WayBackCause.Abort => $"aborted by {Annotations.Abort}={status.AbortedBy}: what was changed is undone",
        _ => "deletion was asked for: what was changed is undone",
    };

    /// <summary>
    /// What to do without it. What takes the way back away also breaks a guard of the way there: after a failure there
    /// is no going on either.
    /// </summary>
    public static string WithoutWayBack(WayBackCause cause) => cause == WayBackCause.Failure
        ? $"let go with {Annotations.OnDelete}=Abandon, delete the object and finish by hand"
        : "set spec.desiredState: Upgraded to leave it";

    private static string Failed(Plan plan) =>
        plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step ? $"{step.Id} failed ({step.Message})" : "the upgrade failed";
}
