using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Carries a run that has a plan on by one step, whichever plan is the one: the way there, the way back, or the
/// cleanup. Decides when one is left for another. Level-based: killed anywhere it decides the same again.
/// </summary>
/// <param name="frame">What the flows share.</param>
/// <param name="plans">Carries one plan on.</param>
/// <param name="rollbacks">Compiles the way back.</param>
/// <param name="parked">Takes away what a run that parked must not leave.</param>
internal sealed class RunFlow(
    RunFrame frame, PlanFlow plans, RollbackFlow rollbacks, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>One step.</summary>
    /// <param name="entity">The object as just read; it has a plan.</param>
    /// <param name="session">What this process knows of it.</param>
    /// <param name="accessKey">What access depends on now.</param>
    /// <param name="adjust">What else has a say in the summary; null for nothing.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    public async Task<RunStep> AdvanceAsync(
        RunObject entity, RunSession session, string accessKey, Func<RunStatusSummary, RunStatusSummary>? adjust, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        (entity, var isCleaningUp) = await parked.TakeInAsync(entity, session, cancellationToken);
        if (isCleaningUp)
        {
            return new RunStep(entity, false, LookAgain);
        }

        entity = await HeedAbortAsync(entity, now, cancellationToken);
        if (entity.Status!.AbortedBy is not null && RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return await ResumeAsync(entity, retries, now, cancellationToken);
        }

        return _kind.Plans.Active(entity.Status!) switch
        {
            PlanSlot.Cleanup => await CleanUpAsync(entity, session, accessKey, adjust, cancellationToken),
            PlanSlot.Rollback => await RollBackAsync(entity, session, accessKey, adjust, cancellationToken),
            _ => await UpgradeAsync(entity, session, accessKey, adjust, cancellationToken),
        };
    }

    /// <summary>
    /// The way back of a run that succeeded, which desiredState asks for: compiles it, unless an abort says not to.
    /// </summary>
    public async Task<RunStep> RollBackAfterSuccessAsync(
        RunObject entity, RunSession session, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        entity = await HeedAbortAsync(entity, now, cancellationToken);
        if (!RollbackDecision.IsHalted(entity.Spec, entity.Status))
        {
            return await rollbacks.BeginAsync(entity, session, RollbackCause.Request, cancellationToken);
        }

        if (RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return AtOnce(await frame.WriteAsync(entity, RunTokens.Resume(RunTokens.TakeUp(entity.Status!, retries, now)), cancellationToken));
        }

        return Waits(await frame.WriteAsync(entity, entity.Status!, Halted(entity.Status!.AbortedBy!), now, cancellationToken));
    }

    private async Task<RunStep> ResumeAsync(
        RunObject entity, IReadOnlyList<string> retries, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A token that finds failed steps is left for them: the next advance uses it.
        var status = entity.Status!;
        var failing = _kind.Plans.Of(status, _kind.Plans.Active(status))!.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown);
        var undone = RollbackDecision.IsUndoneByAbort(entity.Spec, status) || (status.RollbackPlan is null && !_kind.Changed(status.Plan!));
        var resumed = RunTokens.Resume(undone || !failing ? RunTokens.TakeUp(status, retries, now) : status);
        return AtOnce(await frame.WriteAsync(entity, undone ? frame.Projection.NewAttempt(entity, resumed, now) : resumed, cancellationToken));
    }

    // The way there.
    private async Task<RunStep> UpgradeAsync(
        RunObject entity, RunSession session, string accessKey, Func<RunStatusSummary, RunStatusSummary>? adjust, CancellationToken cancellationToken)
    {
        var cause = RollbackDecision.CauseOf(_kind, entity);
        if (cause != RollbackCause.None && !(cause == RollbackCause.Request && RollbackDecision.IsHalted(entity.Spec, entity.Status)))
        {
            return rollbacks.Refused(entity) is { } refused
                ? await StayAsync(entity, session, accessKey, refused, adjust, cancellationToken)
                : await LeaveAsync(entity, session, accessKey, cause, cancellationToken);
        }

        if (_kind.Redo is { } redo && entity.Status!.AbortedBy is null && redo.FindOutcomeUnknown(entity.Status.Plan!) is { } lost && RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return await RedoAsync(entity, redo, lost, retries, cancellationToken);
        }

        var late = PlanProgress.Begun(entity.Status!.Plan!) ? null : StartDeadline.Missed(entity.Spec.NotAfter, frame.Now);
        var (written, outcome) = await plans.AdvanceAsync(
            entity, PlanSlot.Upgrade, session, accessKey, Aborted(entity) ?? late, late is null ? adjust : TooLate, cancellationToken);
        return parked.Rest(Step(written, outcome) with { After = BeforeDeadline(written, outcome.RequeueAfter) }, outcome, session);

        // An abort says more: it also says how the run is resumed.
        RunStatusSummary TooLate(RunStatusSummary summary)
        {
            var stays = entity.Status!.AbortedBy is null ? summary with { Kind = RunOutcomeKind.Stalled, Reason = Reasons.TooLate, Message = late! } : summary;
            return adjust is null ? stays : adjust(stays);
        }
    }

    // A run that waits to begin says it in time when it no longer can.
    private TimeSpan? BeforeDeadline(RunObject entity, TimeSpan? after)
    {
        if (entity.Spec.NotAfter is not { } last || PlanProgress.Begun(entity.Status!.Plan!))
        {
            return after;
        }

        var left = last - frame.Now + TimeSpan.FromSeconds(1);
        return left > TimeSpan.Zero && (after is null || left < after) ? left : after;
    }

    // Running steps finish first, so that what is taken back is what was done; what only waits for something need not
    // come.
    private async Task<RunStep> LeaveAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        RollbackCause cause,
        CancellationToken cancellationToken)
    {
        var because = $"{RollbackMessages.Because(entity.Status!, cause)}: running steps finish first";
        var (written, outcome) = await plans.AdvanceAsync(entity, PlanSlot.Upgrade, session, accessKey, because, Leaving, cancellationToken);
        if (outcome.State == RunState.Succeeded && cause != RollbackCause.Request)
        {
            return new RunStep(written, true, null);
        }

        return outcome.State is not (RunState.Stopped or RunState.Succeeded) && IsFinishing(written)
            ? new RunStep(written, false, outcome.RequeueAfter ?? LookAgain)
            : await rollbacks.BeginAsync(written, session, cause, cancellationToken);

        RunStatusSummary Leaving(RunStatusSummary summary) => summary.Kind == RunOutcomeKind.Succeeded ? summary : summary with
        {
            Kind = RunOutcomeKind.Progressing,
            Failed = false,
            Reason = RollbackMessages.Reason(cause),
            Message = $"{because}. {summary.Message}",
        };
    }

    // The way back is asked for, and there can be none: nothing more is started until it is not asked for any more.
    private async Task<RunStep> StayAsync(
        RunObject entity, RunSession session, string accessKey, RunStatusSummary refused, Func<RunStatusSummary, RunStatusSummary>? adjust, CancellationToken cancellationToken)
    {
        var finishing = IsFinishing(entity);
        var (written, outcome) = await plans.AdvanceAsync(entity, PlanSlot.Upgrade, session, accessKey, refused.Message, Staying, cancellationToken);
        if (outcome.State == RunState.Succeeded)
        {
            return new RunStep(written, true, null);
        }

        if (outcome.State != RunState.Stopped && IsFinishing(written))
        {
            return new RunStep(written, false, outcome.RequeueAfter ?? LookAgain);
        }

        written = await frame.WriteAsync(written, written.Status!, adjust is null ? refused : adjust(refused), frame.Now, cancellationToken);
        return parked.Rest(new RunStep(written, false, outcome.RequeueAfter), outcome, session);

        RunStatusSummary Staying(RunStatusSummary summary)
        {
            var stays = summary.Kind == RunOutcomeKind.Succeeded ? summary
                : finishing ? summary with { Kind = RunOutcomeKind.Progressing, Failed = false, Reason = Reasons.RollingBack, Message = $"{refused.Message}. Running steps finish first: {summary.Message}" }
                : refused;
            return adjust is null ? stays : adjust(stays);
        }
    }

    private bool IsFinishing(RunObject entity) =>
        entity.Status!.Plan!.Steps.Exists(s => s.State == StepState.Running && !_kind.OnlyWaits(s));

    private async Task<RunStep> RedoAsync(
        RunObject entity,
        IRunRedo redo,
        PlanStep lost,
        IReadOnlyList<string> retries,
        CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var plan = redo.Compile(entity.Spec, entity.Status!.Plan!) with { CompiledAt = now };
        var summary = new RunStatusSummary(RunOutcomeKind.Progressing, redo.Phase, Reasons.Running, redo.Describe(lost, plan))
        {
            Step = plan.Steps.Find(s => s.State != StepState.Succeeded)?.Id,
        };
        var taken = RunTokens.TakeUp(entity.Status, retries, now) with { Plan = plan };
        return AtOnce(await frame.WriteAsync(entity, taken, summary, now, cancellationToken));
    }

    private async Task<RunStep> RollBackAsync(
        RunObject entity, RunSession session, string accessKey, Func<RunStatusSummary, RunStatusSummary>? adjust, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var before = entity.Status!;
        var plan = before.RollbackPlan!;
        if (PlanProgress.Done(plan))
        {
            var over = frame.Projection.Over(entity, before, PlanSlot.Rollback, plan, now, adjust);
            return new RunStep(await frame.WriteAsync(entity, over, cancellationToken), true, null);
        }

        if (!PlanProgress.Begun(plan))
        {
            if (RollbackDecision.CauseOf(_kind, entity) == RollbackCause.None)
            {
                // Nobody wants it any more: as if it had not been compiled.
                var dropped = new RunStatusSummary(RunOutcomeKind.Progressing, RunPhases.RollingBack, Reasons.Running, "the way back is not wanted any more and had not begun; the upgrade stands where it stood");
                return AtOnce(await frame.WriteAsync(entity, before with { RollbackPlan = null }, dropped, now, cancellationToken));
            }

            if (RollbackDecision.IsOnlyShown(entity.Spec, entity.Metadata))
            {
                var shown = new RunStatusSummary(RunOutcomeKind.PlanReady, RunPhases.RollingBack, Reasons.PlanReady, $"the way back ({plan.Hash}, {plan.Steps.Count} steps) is in status.rollbackPlan; nothing is changed. Set mode: Apply to take it, or desiredState: Upgraded to drop it");
                return Waits(await frame.WriteAsync(entity, before, shown, now, cancellationToken));
            }
        }

        var stopped = RollbackDecision.IsStopped(_kind, entity) ? Aborted(entity) : null;
        var (written, outcome) = await plans.AdvanceAsync(entity, PlanSlot.Rollback, session, accessKey, stopped, Adjust, cancellationToken);
        return parked.Rest(Step(written, outcome), outcome, session);

        RunStatusSummary Adjust(RunStatusSummary summary)
        {
            var ignored = PlanProgress.Begun(plan) && RollbackDecision.CauseOf(_kind, entity) == RollbackCause.None && summary.Kind != RunOutcomeKind.RolledBack
                ? summary with { Message = $"{summary.Message} [the way back has begun and goes to its end: desiredState Upgraded is ignored until then]" }
                : summary;
            return adjust is null ? ignored : adjust(ignored);
        }
    }

    private async Task<RunStep> CleanUpAsync(
        RunObject entity, RunSession session, string accessKey, Func<RunStatusSummary, RunStatusSummary>? adjust, CancellationToken cancellationToken)
    {
        var (written, outcome) = await plans.AdvanceAsync(entity, PlanSlot.Cleanup, session, accessKey, Aborted(entity), adjust, cancellationToken);
        return Step(written, outcome);
    }

    // What it stops is decided when it is seen, by what is asked for then.
    private async Task<RunObject> HeedAbortAsync(RunObject entity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (RunTokens.NewAbort(entity) is { } token)
        {
            return await frame.WriteAsync(entity, RunTokens.Abort(entity.Spec, entity.Status!, token, now), cancellationToken);
        }

        // The way back is not asked for any more; asked for again it is to be taken.
        return entity.Status!.AbortedRollback is not null && entity.Spec.DesiredState == DesiredState.Upgraded
            ? await frame.WriteAsync(entity, entity.Status with { AbortedRollback = null }, cancellationToken)
            : entity;
    }

    private static RunStatusSummary Halted(string token) => new(
        RunOutcomeKind.Stalled,
        RunPhases.Failed,
        Reasons.Aborted,
        $"aborted by {Annotations.Abort}={token} before the way back began: nothing was taken back, the new version runs. The way back begins with a new spec.retry or {Annotations.Retry}=<token>; spec.desiredState: Upgraded leaves it")
    { Failed = true };

    private static string? Aborted(RunObject entity) => entity.Status!.AbortedBy is { } token
        ? $"aborted by {Annotations.Abort}={token}; running steps finished and nothing more is started"
        : null;

    private static RunStep Step(RunObject entity, RunOutcome outcome) =>
        new(entity, outcome.State == RunState.Succeeded, outcome.RequeueAfter);

    private static RunStep AtOnce(RunObject entity) => new(entity, false, TimeSpan.FromMilliseconds(1));

    private static RunStep Waits(RunObject entity) => new(entity, false, null);
}

/// <summary>The result of one advance of a run.</summary>
/// <param name="Entity">The object as stored.</param>
/// <param name="IsOver">Whether the upgrade, its cleanup or its rollback has finished.</param>
/// <param name="After">When to look again without an event; null leaves it to events.</param>
internal sealed record RunStep(RunObject Entity, bool IsOver, TimeSpan? After);
