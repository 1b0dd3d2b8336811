using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Where a run turns: looks whether there is a way back, compiles it from what was really done, and stores it.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="frame">What the flows share.</param>
internal sealed class TurnFlow<TEntity, TSpec, TStatus>(RunFrame<TEntity, TSpec, TStatus> frame)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private static readonly TimeSpan LookForWay = TimeSpan.FromMinutes(1);
    private readonly RunKind<TEntity, TSpec, TStatus> _kind = frame.Kind;

    /// <summary>What is said of a way back that is asked for and can never be taken; null if it may be.</summary>
    public Standing? Refused(TEntity entity) => _kind.WayBack.Refusal(entity.Spec, entity.Status!.Plan!) is { } refusal
        ? Unavailable(WayBackCause.Request, $"there is no way back: {refusal}. Nothing is started; {TurnWords.WithoutWayBack(WayBackCause.Request)}")
        : null;

    /// <summary>Compiles the way back of a run whose running steps have ended, and stores it.</summary>
    public async Task<RunStep<TEntity>> TurnAsync(
        TEntity entity,
        RunSession<TEntity, TSpec, TStatus> session,
        WayBackCause cause,
        CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var before = entity.Status!;
        if (await session.Targets.FindObstacleAsync(before, cancellationToken) is { } obstacle)
        {
            var standing = Unavailable(cause, $"there is no way back: {obstacle}. Nothing is started; mend it and this looks again, or {TurnWords.WithoutWayBack(cause)}");
            return new RunStep<TEntity>(await frame.WriteAsync(entity, before, standing, now, cancellationToken), RunEnd.None, LookForWay);
        }

        var plan = await CompileAsync(entity, session, cause, cancellationToken) with { CompiledAt = now, SpecHash = before.Plan!.SpecHash };
        var turned = (cause == WayBackCause.Abort ? before : RunTokens.Resume(before)) with { RollbackPlan = plan };
        if (DoneWork.Done(plan))
        {
            var used = RunTokens.Use(turned, cause == WayBackCause.Abort ? [] : RunTokens.NewRetries(entity), now);
            return new RunStep<TEntity>(await frame.WriteAsync(entity, frame.Composer.Over(entity, used, PlanSlot.Rollback, plan, now), cancellationToken), RunEnd.Back, null);
        }

        var begins = new Standing(StandingKind.Progressing, RunPhases.RollingBack, TurnWords.Reason(cause), $"{TurnWords.Because(before, cause)}: the way back is in status.rollbackPlan ({plan.Hash}, {plan.Steps.Count} steps)")
        {
            Step = plan.Steps[0].Id,
        };
        return new RunStep<TEntity>(await frame.WriteAsync(entity, turned, begins, now, cancellationToken), RunEnd.None, TimeSpan.FromMilliseconds(1));
    }

    private async Task<Plan> CompileAsync(
        TEntity entity,
        RunSession<TEntity, TSpec, TStatus> session,
        WayBackCause cause,
        CancellationToken cancellationToken)
    {
        var status = entity.Status!;
        var stands = status.UpgradeStands();
        var basis = new WayBackBasis<TSpec>(entity.Spec, status.Plan!, RunPlans.AttemptsBefore(status))
        {
            AfterSuccess = stands,
            Unattended = cause == WayBackCause.Deletion,
            Notes = stands ? await session.Targets.RollbackNotesAsync(status, cancellationToken) : [],
        };
        return _kind.WayBack.Compile(basis);
    }

    private static Standing Unavailable(WayBackCause cause, string message) =>
        new(StandingKind.Stalled, RunPhases.RollingBack, Reasons.RollbackUnavailable, message) { Failed = cause == WayBackCause.Failure };
}
