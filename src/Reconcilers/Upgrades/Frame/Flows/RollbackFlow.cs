namespace Drydock.Reconcilers.Upgrades;

/// <summary>Starts a rollback: checks whether it is possible, compiles it from the steps that were really done, and
/// stores it.</summary>
internal sealed class RollbackFlow(RunFrame frame)
{
    private static readonly TimeSpan ObstacleInterval = TimeSpan.FromMinutes(1);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>The state to report if a rollback is requested that is never possible; null if it may be.</summary>
    public RunStatusSummary? Refused(RunObject entity) =>
        _kind.RollbackRefusal(entity.Spec, entity.Status!.Plan!) is { } refusal
            ? Unavailable(RollbackCause.Request, Sentences.Join(
                $"A rollback is not possible: {refusal}",
                $"Nothing is started. To continue without a rollback, {RunMessages.ToCancel(entity)}."))
            : null;

    public async Task<RunStep> BeginAsync(RunReconcile run, RollbackCause cause)
    {
        var now = frame.Now;
        var before = run.Status;
        Plan back;
        try
        {
            var plan = await run.Session.Targets.ReadTracesAsync(before.Plan!, run.CancellationToken);
            var isOutdated = !ReferenceEquals(plan, before.Plan);
            if (isOutdated && run.Spec.DesiredState == DesiredState.RolledBack)
            {
                // Asked for, also if the object is being deleted.
                cause = RollbackCause.Request;
            }
            else if (isOutdated)
            {
                return await WaitAsync(
                    "the status is older than the targets, and nothing is restored before an administrator has asked "
                    + $"for it (spec.desiredState: {nameof(DesiredState.RolledBack)})");
            }

            before = before with { Plan = plan };
            if (await run.Session.Targets.FindObstacleAsync(before, run.CancellationToken) is { } obstacle)
            {
                return await WaitAsync(obstacle);
            }

            back = await CompileAsync(run, before, cause, isOutdated) with
            {
                CompiledAt = now,
                SpecHash = before.Plan!.SpecHash,
            };
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException)
        {
            // This operator cannot read a step that has begun, so its rollback would miss what the step left.
            return await WaitAsync(run.Session.Targets.Redact(exception.Message));
        }

        var turned = (cause == RollbackCause.Abort ? before : RunTokens.Resume(before)) with { RollbackPlan = back };
        if (PlanProgress.Done(back))
        {
            var used = RunTokens.Use(turned, cause == RollbackCause.Abort ? [] : RunTokens.NewRetries(run.Entity), now);
            await run.WriteAsync(frame.Projection.Over(run.Entity, used, PlanSlot.Rollback, now));
            return new RunStep(true, null);
        }

        var message = Sentences.Join(
            RunMessages.Because(run.Entity, cause),
            $"The rollback plan is in status.rollbackPlan ({back.Hash}, {back.Steps.Count} steps).");
        var begins = new RunStatusSummary(
            RunOutcomeKind.Progressing, RunPhases.RollingBack, RunMessages.Reason(cause), message, back.Steps[0].Id);
        await run.WriteAsync(turned, begins);
        return RunStep.AtOnce;

        async Task<RunStep> WaitAsync(string obstacle)
        {
            var summary = Unavailable(cause, Sentences.Join(
                $"A rollback is not possible now: {obstacle}",
                "Nothing is started. Repair this and the rollback starts automatically, "
                + $"or {RunMessages.WithoutRollback(run.Entity, cause)}"));
            await run.WriteAsync(run.Status, summary);
            return new RunStep(false, ObstacleInterval);
        }
    }

    private async Task<Plan> CompileAsync(RunReconcile run, RunStatus status, RollbackCause cause, bool isOutdated)
    {
        var stands = status.IsUpgraded() || isOutdated;
        var basis = new RollbackBasis(status.Plan!, RunPlans.AttemptsBefore(status))
        {
            AfterSuccess = stands,
            Status = status,
            Unattended = cause == RollbackCause.Deletion,
            Notes = stands ? await run.Session.Targets.RollbackNotesAsync(status, run.CancellationToken) : [],
        };
        return Acceptances.WithNote(_kind, _kind.CompileRollback(run.Spec, basis));
    }

    private static RunStatusSummary Unavailable(RollbackCause cause, string message) => new(
        RunOutcomeKind.Stalled,
        RunPhases.RollingBack,
        Reasons.RollbackUnavailable,
        message,
        Failed: cause == RollbackCause.Failure);
}
