namespace Drydock.Reconcilers.Upgrades;

/// <summary>Starts a rollback: checks whether it is possible, compiles it from the steps that were really done, and
/// stores it.</summary>
/// <param name="frame">The shared parts of the flows.</param>
internal sealed class RollbackFlow(RunFrame frame)
{
    private static readonly TimeSpan ObstacleInterval = TimeSpan.FromMinutes(1);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>The state to report if a rollback is requested that is never possible; null if it may be.</summary>
    public RunStatusSummary? Refused(RunObject entity) =>
        _kind.RollbackRefusal(entity.Spec, entity.Status!.Plan!) is { } refusal
            ? Unavailable(RollbackCause.Request, Sentences.Join(
                $"A rollback is not possible: {refusal}",
                $"Nothing is started. To continue without a rollback, {RollbackMessages.ToCancel(entity)}."))
            : null;

    public async Task<RunStep> BeginAsync(
        RunObject entity,
        RunSession session,
        RollbackCause cause,
        CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var before = entity.Status!;
        var plan = await session.Targets.ReadTracesAsync(before.Plan!, cancellationToken);
        var isOutdated = !ReferenceEquals(plan, before.Plan);
        if (isOutdated && cause != RollbackCause.Request)
        {
            return await WaitAsync(
                "the status is older than the targets, and nothing is restored before an administrator has asked for "
                + $"it (spec.desiredState: {nameof(DesiredState.RolledBack)})");
        }

        before = before with { Plan = plan };
        if (await session.Targets.FindObstacleAsync(before, cancellationToken) is { } obstacle)
        {
            return await WaitAsync(obstacle);
        }

        var back = await CompileAsync(entity, before, session, cause, isOutdated, cancellationToken) with
        {
            CompiledAt = now,
            SpecHash = before.Plan!.SpecHash,
        };
        var turned = (cause == RollbackCause.Abort ? before : RunTokens.Resume(before)) with { RollbackPlan = back };
        if (PlanProgress.Done(back))
        {
            var used = RunTokens.Use(turned, cause == RollbackCause.Abort ? [] : RunTokens.NewRetries(entity), now);
            return new RunStep(
                await frame.WriteAsync(
                    entity, frame.Projection.Over(entity, used, PlanSlot.Rollback, back, now), cancellationToken),
                true,
                null);
        }

        var message = Sentences.Join(
            RollbackMessages.Because(entity, cause),
            $"The rollback plan is in status.rollbackPlan ({back.Hash}, {back.Steps.Count} steps).");
        var begins = new RunStatusSummary(
            RunOutcomeKind.Progressing, RunPhases.RollingBack, RollbackMessages.Reason(cause), message)
        {
            Step = back.Steps[0].Id,
        };
        return new RunStep(
            await frame.WriteAsync(entity, turned, begins, now, cancellationToken),
            false,
            TimeSpan.FromMilliseconds(1));

        async Task<RunStep> WaitAsync(string obstacle)
        {
            var summary = Unavailable(cause, Sentences.Join(
                $"A rollback is not possible now: {obstacle}",
                "Nothing is started. Repair this and the rollback starts automatically, "
                + $"or {RollbackMessages.WithoutRollback(entity, cause)}"));
            return new RunStep(
                await frame.WriteAsync(entity, entity.Status!, summary, now, cancellationToken),
                false,
                ObstacleInterval);
        }
    }

    private async Task<Plan> CompileAsync(
        RunObject entity,
        RunStatus status,
        RunSession session,
        RollbackCause cause,
        bool isOutdated,
        CancellationToken cancellationToken)
    {
        var stands = status.IsUpgraded() || isOutdated;
        var basis = new RollbackBasis(status.Plan!, RunPlans.AttemptsBefore(status))
        {
            AfterSuccess = stands,
            Status = status,
            Unattended = cause == RollbackCause.Deletion,
            Notes = stands ? await session.Targets.RollbackNotesAsync(status, cancellationToken) : [],
        };
        return Acceptances.WithNote(_kind, _kind.CompileRollback(entity.Spec, basis));
    }

    private static RunStatusSummary Unavailable(RollbackCause cause, string message) =>
        new(RunOutcomeKind.Stalled, RunPhases.RollingBack, Reasons.RollbackUnavailable, message)
        {
            Failed = cause == RollbackCause.Failure,
        };
}
