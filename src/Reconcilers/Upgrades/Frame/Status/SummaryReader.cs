using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from the plan that runs and what an advance of it came to where the run stands. Pure.</summary>
/// <param name="kind">What makes the kind.</param>
internal sealed class SummaryReader(RunKind kind)
{
    private const string LookAgain = "it is looked at again by itself and goes on once it can be read; a new retry token looks at once";

    /// <summary>The summary.</summary>
    public RunStatusSummary Read(RunObject entity, RunStatus status, PlanSlot slot, Plan plan, RunOutcome outcome)
    {
        var back = slot == PlanSlot.Rollback;
        var phase = slot switch
        {
            PlanSlot.Rollback => RunPhases.RollingBack,
            PlanSlot.Cleanup => RunPhases.Succeeded,
            _ => plan.Step(outcome.StepId ?? "")?.Phase ?? plan.Steps.Find(s => s.State != StepState.Succeeded)?.Phase ?? RunPhases.Succeeded,
        };
        var running = plan.Steps.FindAll(s => s.State == StepState.Running);
        var heldBy = outcome.State == RunState.Working ? running.Select(kind.HeldBy).FirstOrDefault(reason => reason is not null) : null;
        var at = new RunStatusSummary(RunOutcomeKind.Progressing, phase, outcome.Reason, outcome.Message) { Step = outcome.StepId };
        return outcome.State switch
        {
            RunState.Succeeded => back ? RolledBack(entity, status) : Succeeded(status),
            RunState.Working => at with
            {
                Reason = heldBy ?? (back ? Reasons.RollingBack : Reasons.Running),
                Step = string.Join(", ", running.Select(s => s.Id)),
                Held = heldBy is not null,
            },
            RunState.Held => at with { Reason = Reasons.Held, Held = true },
            RunState.OutsideWindow => at with { Reason = Reasons.OutsideWindow },
            RunState.Paused => at with { Reason = Reasons.Paused },
            RunState.Stopped when status.AbortedBy is not null => Aborted(entity, at, plan, outcome, back),
            RunState.Stopped => at with { Reason = back ? Reasons.RollingBack : Reasons.Undoing },
            RunState.Failed => at with
            {
                Kind = RunOutcomeKind.Stalled,
                Phase = slot == PlanSlot.Cleanup ? RunPhases.Succeeded : RunPhases.Failed,
                Reason = back ? Reasons.RollbackFailed : outcome.Reason,
                Message = Failure(entity.Spec, plan, outcome, slot),
                Failed = slot != PlanSlot.Cleanup,
            },
            _ => at with { Kind = RunOutcomeKind.Stalled, Message = WayOut(plan, outcome) },
        };
    }

    private RunStatusSummary Succeeded(RunStatus status) => new(
        RunOutcomeKind.Succeeded,
        RunPhases.Succeeded,
        status.ActionRequired.Count > 0 ? Reasons.SucceededWithActions : Reasons.Succeeded,
        $"all {Number(status.Plan!.Steps.Count)} steps succeeded{kind.Success(status)}{Actions(status)}");

    // By the spec as it is now: what was asked for is reached, or the upgrade failed and its former state came back by
    // itself.
    private RunStatusSummary RolledBack(RunObject entity, RunStatus status)
    {
        var plan = status.RollbackPlan!;
        var (phase, done) = (RunPhases.RolledBack, plan.Steps.Count == 0 ? "nothing was changed, so nothing was taken back" : $"the former version runs again; {Number(plan.Steps.Count)} steps took the upgrade back");
        var actions = Actions(status);
        if (entity.Spec.DesiredState == DesiredState.RolledBack)
        {
            return new RunStatusSummary(RunOutcomeKind.RolledBack, phase, Reasons.RolledBack, $"{done}{actions}. Another try is desiredState: Upgraded with a new retry token") { IsRolledBack = true };
        }

        if (status.AbortedBy is { } token)
        {
            return new RunStatusSummary(RunOutcomeKind.Stalled, RunPhases.Failed, Reasons.Aborted, $"aborted by {Annotations.Abort}={token} before {kind.BeforeUndoEnds}; what was changed is undone. A new spec.retry or {Annotations.Retry}=<token> begins again from preflight") { Failed = true };
        }

        var failed = status.Plan?.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown);
        return failed is null
            ? new RunStatusSummary(RunOutcomeKind.Stalled, phase, Reasons.RolledBack, $"{done}{actions}. desiredState: Upgraded is not what runs: a new retry token begins another attempt from preflight") { IsRolledBack = true, Failed = true }
            : new RunStatusSummary(RunOutcomeKind.Stalled, phase, Reasons.RolledBackAfterFailure, $"{failed.Id} failed ({failed.Message}); {done}{actions}. It stays so until a new spec.retry or {Annotations.Retry}=<token> begins another attempt from preflight") { IsRolledBack = true, Failed = true, Step = failed.Id };
    }

    private RunStatusSummary Aborted(RunObject entity, RunStatusSummary at, Plan plan, RunOutcome outcome, bool back)
    {
        var failed = plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step ? $" {step.Id} had failed: {step.Message}." : "";
        var retry = $"a new spec.retry or {Annotations.Retry}=<token>";
        var wayOn = entity.Spec.DesiredState == DesiredState.RolledBack ? $"The way back goes on with {retry}"
            : !back && kind.RollbackRefusal(entity.Spec, plan) is { } refusal ? $"It goes on with {retry}; there is no way back: {refusal}"
            : $"It goes on with {retry}, and back with spec.desiredState: RolledBack";
        return at with
        {
            Kind = RunOutcomeKind.Stalled,
            Phase = RunPhases.Failed,
            Reason = Reasons.Aborted,
            Message = $"{outcome.Message}.{failed} {wayOn}",
            Failed = true,
        };
    }

    private string Failure(RunSpec spec, Plan plan, RunOutcome outcome, PlanSlot slot)
    {
        var back = slot == PlanSlot.Rollback;
        var step = plan.Step(outcome.StepId ?? "");
        var output = step?.OutputRef is { } secret ? $" The end of its output is in Secret {secret}." : "";
        var refused = outcome.RetryRefused is { } why ? $" The retry was not carried out: {why}." : "";
        var what = back ? $"the way back stopped ({outcome.Reason}): {outcome.Message}" : outcome.Message;
        var kept = back ? "Everything is kept and nothing more is started" : "Nothing more is started";
        var wayOut = kind.Redo is { } redo && redo.FindOutcomeUnknown(plan) is not null
            ? redo.Remedy
            : $"after the repair set a new spec.retry or annotate {Annotations.Retry}=<token>{(back ? ", and the way back goes on from there" : "")}";
        return $"{what}.{output}{refused} {kept}; {wayOut}{PolicyIdle(spec, plan, slot)}".Replace("..", ".", StringComparison.Ordinal);
    }

    // A policy that asks for what cannot be is not passed over in silence.
    private string PolicyIdle(RunSpec spec, Plan plan, PlanSlot slot) =>
        slot == PlanSlot.Upgrade && spec.RollbackPolicy == RollbackPolicy.OnFailure && kind.RollbackRefusal(spec, plan) is { } refusal
            ? $". spec.rollbackPolicy: OnFailure does nothing here, because there is no way back: {refusal}"
            : "";

    private string WayOut(Plan plan, RunOutcome outcome)
    {
        var way = outcome.State != RunState.OutcomeUnknown ? null
            : kind.Redo is { } redo && redo.FindOutcomeUnknown(plan) is not null ? redo.Remedy
            : plan.Step(outcome.StepId ?? "")?.State == StepState.Unknown ? LookAgain
            : null;
        return way is null ? outcome.Message : $"{outcome.Message}. Nothing more is started; {way}".Replace("..", ".", StringComparison.Ordinal);
    }

    private static string Actions(RunStatus status) =>
        status.ActionRequired.Count > 0 ? $"; {Number(status.ActionRequired.Count)} entries in status.actionRequired are for a person" : "";

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
