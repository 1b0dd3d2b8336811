using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Reads from an object whether it is to go back, and whether that may begin. Pure and level-based: the same object
/// gives the same answer.
/// </summary>
internal static class RollbackDecision
{
    /// <summary>Who wants what was done taken back, as things stand.</summary>
    public static RollbackCause CauseOf(RunKind kind, RunObject entity)
    {
        var (spec, status) = (entity.Spec, entity.Status!);
        var plan = status.Plan!;
        if (entity.Metadata.DeletionTimestamp is not null && !kind.IsPastUndo(plan))
        {
            return RollbackCause.Deletion;
        }

        if (spec.DesiredState == DesiredState.RolledBack)
        {
            return RollbackCause.Request;
        }

        if (status.AbortedBy is not null)
        {
            return kind.IsPastUndo(plan) ? RollbackCause.None : RollbackCause.Abort;
        }

        return spec is { RollbackPolicy: RollbackPolicy.OnFailure, Mode: RunMode.Apply }
            && kind.Changed(plan) && PlanProgress.IsFailing(plan) && kind.RollbackRefusal(spec, plan) is null
            ? RollbackCause.Failure
            : RollbackCause.None;
    }

    /// <summary>
    /// Whether an abort keeps a way back from going on: one that the abort itself began goes to its end.
    /// </summary>
    public static bool IsStopped(RunKind kind, RunObject entity) =>
        entity.Status!.AbortedBy is not null
        && (entity.Spec.DesiredState == DesiredState.RolledBack || kind.IsPastUndo(entity.Status.Plan!))
        && !(entity.Metadata.DeletionTimestamp is not null && !kind.IsPastUndo(entity.Status.Plan!));

    /// <summary>Whether an abort keeps the way back that desiredState asks for from beginning.</summary>
    public static bool IsHalted(RunSpec spec, RunStatus? status) =>
        status is { AbortedBy: not null, AbortedRollback: true } && spec.DesiredState == DesiredState.RolledBack;

    /// <summary>Whether the plan of the way back is only to be shown.</summary>
    public static bool IsOnlyShown(RunSpec spec, V1ObjectMeta metadata) =>
        spec.Mode == RunMode.Plan && metadata.DeletionTimestamp is null;

    /// <summary>A run that was undone because of an abort, and waits for a retry.</summary>
    public static bool IsUndoneByAbort(RunSpec spec, RunStatus? status) =>
        status is { AbortedBy: not null } && status.IsRolledBack() && spec.DesiredState == DesiredState.Upgraded;

    /// <summary>Another run from preflight is asked for after the way back.</summary>
    public static bool StartsAgain(RunObject entity) =>
        entity.Spec.DesiredState == DesiredState.Upgraded && RunTokens.NewRetries(entity).Count > 0;
}

/// <summary>Who requests that what was done is rolled back.</summary>
internal enum RollbackCause
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>spec.desiredState.</summary>
    Request,

    /// <summary>spec.rollbackPolicy, after a failure.</summary>
    Failure,

    /// <summary>An abort while everything is undone.</summary>
    Abort,

    /// <summary>A deletion while everything is undone.</summary>
    Deletion,
}
