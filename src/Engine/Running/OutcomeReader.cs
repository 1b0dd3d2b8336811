using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Engine.Holds;

namespace Drydock.Engine.Running;

/// <summary>Reads from a plan and the controls where the run stands. Changes nothing.</summary>
/// <param name="plan">The plan as it is about to be stored.</param>
/// <param name="controls">What people want.</param>
/// <param name="guards">What the guards said.</param>
/// <param name="hasJob">Whether a job looks after the step.</param>
/// <param name="isIdle">Whether a step whose receipt is written was seen not to have begun.</param>
internal sealed class OutcomeReader(Plan plan, RunControls controls, GuardWatch guards, Func<string, bool> hasJob, Func<string, bool> isIdle)
{
    public RunOutcome Read()
    {
        if (plan.Steps.TrueForAll(s => s.State == StepState.Succeeded))
        {
            return new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, $"all {plan.Steps.Count} steps succeeded");
        }

        var running = plan.Steps.Find(s => s.State == StepState.Running && !isIdle(s.Id));
        if (running is null && controls.StartNothingBecause is { } because)
        {
            return new RunOutcome(RunState.Stopped, plan.Steps.Find(s => s.State != StepState.Succeeded)!.Id, EngineReasons.Stopped, because);
        }

        return Stall() ?? (running is null ? Waiting() : Working(running));
    }

    private RunOutcome? Stall()
    {
        if (plan.Steps.Find(s => s.State == StepState.Failed) is { } failed)
        {
            return new RunOutcome(RunState.Failed, failed.Id, failed.Reason ?? EngineReasons.StepFailed, $"{failed.Id} failed: {failed.Message}");
        }

        if (plan.Steps.Find(s => s.State == StepState.Unknown) is { } unknown)
        {
            return new RunOutcome(RunState.OutcomeUnknown, unknown.Id, EngineReasons.OutcomeUnknown, $"{unknown.Id}: {unknown.Message}");
        }

        if (guards.Breaches.Count == 0 || guards.IsLookingAgain)
        {
            return null;
        }

        var message = string.Join("; ", guards.Breaches.Select(b => b.Message));
        return guards.Breaches.Any(b => b.State == GuardState.Broken)
            ? new RunOutcome(RunState.TargetChanged, null, EngineReasons.TargetChanged, message)
            : new RunOutcome(RunState.OutcomeUnknown, null, EngineReasons.OutcomeUnknown, $"a guard cannot be read, nothing is started until it can: {message}");
    }

    // No step is under way: the next ones are to be begun, or something keeps them.
    private RunOutcome Waiting()
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var next = plan.Steps.Where(s => s.State is StepState.Pending or StepState.Running && s.After.TrueForAll(done.Contains)).ToList();
        if (next.Count == 0)
        {
            var stuck = plan.Steps.First(s => !done.Contains(s.Id));
            return new RunOutcome(
                RunState.OutcomeUnknown, stuck.Id, EngineReasons.OutcomeUnknown, $"the stored plan cannot go on: {stuck.Id} waits for {string.Join(", ", stuck.After)}, which never come");
        }

        var first = next[0];
        if (controls.Paused)
        {
            return new RunOutcome(RunState.Paused, first.Id, EngineReasons.Paused, $"paused before {first.Id}; set spec.paused to false to go on");
        }

        return next.Exists(s => Hold(s) is null || hasJob(s.Id)) ? Working(next.Find(s => Hold(s) is null) ?? first) : Held(first);
    }

    private RunOutcome Held(PlanStep step)
    {
        var hold = Hold(step)!;
        return new RunOutcome(
            RunState.Held,
            step.Id,
            EngineReasons.Held,
            $"held before {step.Id} ({hold}); to go on take '{hold}' out of spec.holdBefore or annotate drydock.dev/approve={hold}@{Approval.Prefix(plan.Hash)}");
    }

    // What was begun is never held.
    private string? Hold(PlanStep step) =>
        step.State == StepState.Running ? null : HoldMatcher.Holding(step, controls.HoldBefore, controls.Approved);

    private static RunOutcome Working(PlanStep step) => new(
        RunState.Working, step.Id, EngineReasons.StepRunning, step.Message is null ? step.Title : $"{step.Title}: {step.Message}");
}
