namespace Drydock.Reconcilers.Upgrades;

/// <summary>Decides from an object whether it is to be rolled back, and whether the rollback may start. Pure and
/// level-based: the same object gives the same answer.</summary>
internal static class RollbackDecision
{
    public static RollbackCause CauseOf(RunKind kind, RunObject entity, DateTimeOffset now)
    {
        var (spec, status) = (entity.Spec, entity.Status!);
        var plan = status.Plan!;
        if (entity.Metadata.DeletionTimestamp is not null && !kind.Steps(spec).IsPastUndo(plan))
        {
            return RollbackCause.Deletion;
        }

        if (spec.DesiredState == DesiredState.RolledBack)
        {
            return RollbackCause.Request;
        }

        if (status.AbortedBy is not null)
        {
            return kind.Rollback.AbortUndoes(kind.Steps(spec), plan) ? RollbackCause.Abort : RollbackCause.None;
        }

        if (!IsAutomatic(kind, spec, plan) || AcceptableUntil(kind, spec, plan) > now)
        {
            return RollbackCause.None;
        }

        // An acceptance that came while no operator ran, and has left no mark yet, is taken before the rollback.
        var accepted = Acceptances.Accepted(RunWords.New(entity, WordKind.Acceptance), plan);
        return plan.Failing().TrueForAll(s => accepted.ContainsKey(s.Id))
            ? RollbackCause.None
            : RollbackCause.Failure;
    }

    /// <summary>When the automatic rollback starts, if an administrator may accept until then what failed; null if
    /// nothing is waited for.</summary>
    public static DateTimeOffset? AcceptableUntil(RunKind kind, RunSpec spec, PlanProgress plan) =>
        IsAutomatic(kind, spec, plan)
        && plan.Failing() is var failing
        && failing.TrueForAll(s => s is { Acceptable: true, FinishedAt: not null })
        && spec.AcceptanceWait() is { Ticks: > 0 } wait
            ? failing.Max(s => s.FinishedAt) + wait
            : null;

    private static bool IsAutomatic(RunKind kind, RunSpec spec, PlanProgress plan) =>
        spec.RollbackPolicy == RollbackPolicy.OnFailure
        && kind.Steps(spec).Changed(plan) && plan.Failing().Count > 0 && !kind.Rollback.HasNewData(plan)
        && kind.Rollback.Refusal(spec, plan) is null;

    /// <summary>Whether an abort prevents a rollback from continuing. A rollback that the abort itself started
    /// finishes.</summary>
    public static bool IsStopped(RunKind kind, RunObject entity) =>
        entity.Status!.AbortedBy is not null
        && (entity.Spec.DesiredState == DesiredState.RolledBack
            || !kind.Rollback.AbortUndoes(kind.Steps(entity.Spec), entity.Status.Plan!))
        && !(entity.Metadata.DeletionTimestamp is not null
            && !kind.Steps(entity.Spec).IsPastUndo(entity.Status.Plan!));

    public static bool IsHalted(RunSpec spec, RunStatus? status) =>
        status is { AbortedBy: not null, AbortedRollback: true } && spec.DesiredState == DesiredState.RolledBack;

    /// <summary>A run that was undone because of an abort, and waits for a retry.</summary>
    public static bool IsUndoneByAbort(RunSpec spec, RunStatus? status) =>
        status is { AbortedBy: not null } && status.IsRolledBack() && spec.DesiredState == DesiredState.Upgraded;

    public static bool StartsAgain(RunObject entity) =>
        entity.Written.DesiredState == DesiredState.Upgraded && RunTokens.NewRetries(entity).Count > 0;
}

internal enum RollbackCause
{
    None,

    Request,

    Failure,

    Abort,

    Deletion,
}
