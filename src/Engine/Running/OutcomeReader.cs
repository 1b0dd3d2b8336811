using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Engine.Holds;

namespace Drydock.Engine.Running;

/// <summary>Reads from a plan and the controls where the run stands. Pure.</summary>
internal static class OutcomeReader
{
    public static RunOutcome Read(Plan plan, RunControls controls, IReadOnlyList<GuardBreach> breaches, Func<string, bool> isRunning)
    {
        if (plan.Steps.TrueForAll(s => s.State == StepState.Succeeded))
        {
            return new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, $"all {plan.Steps.Count} steps succeeded");
        }

        if (plan.Steps.Find(s => s.State == StepState.Failed) is { } failed)
        {
            return new RunOutcome(RunState.Failed, failed.Id, failed.Reason ?? EngineReasons.StepFailed, $"{failed.Id} failed: {failed.Message}");
        }

        if (plan.Steps.Find(s => s.State == StepState.Unknown) is { } unknown)
        {
            return new RunOutcome(RunState.OutcomeUnknown, unknown.Id, EngineReasons.OutcomeUnknown, $"{unknown.Id}: {unknown.Message}");
        }

        if (breaches.Count > 0)
        {
            var broken = breaches.FirstOrDefault(b => b.State == GuardState.Broken);
            var message = string.Join("; ", breaches.Select(b => b.Message));
            return broken is null
                ? new RunOutcome(RunState.OutcomeUnknown, null, EngineReasons.OutcomeUnknown, $"a guard cannot be read, nothing is started until it can: {message}")
                : new RunOutcome(RunState.TargetChanged, null, EngineReasons.TargetChanged, message);
        }

        if (plan.Steps.Find(s => s.State == StepState.Running) is { } running)
        {
            return new RunOutcome(RunState.Working, running.Id, EngineReasons.StepRunning, running.Message is null ? running.Title : $"{running.Title}: {running.Message}");
        }

        return Waiting(plan, controls, isRunning);
    }

    private static RunOutcome Waiting(Plan plan, RunControls controls, Func<string, bool> isRunning)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var next = plan.Steps.Where(s => s.State == StepState.Pending && s.After.TrueForAll(done.Contains)).ToList();
        var first = next[0];
        if (controls.StartNothingBecause is { } because)
        {
            return new RunOutcome(RunState.Stopped, first.Id, EngineReasons.Stopped, because);
        }

        if (controls.Paused)
        {
            return new RunOutcome(RunState.Paused, first.Id, EngineReasons.Paused, $"paused before {first.Id}; set spec.paused to false to go on");
        }

        if (next.TrueForAll(s => HoldMatcher.Holding(s, controls.HoldBefore, controls.Approved) is not null) && !next.Exists(s => isRunning(s.Id)))
        {
            var hold = HoldMatcher.Holding(first, controls.HoldBefore, controls.Approved)!;
            return new RunOutcome(
                RunState.Held,
                first.Id,
                EngineReasons.Held,
                $"held before {first.Id} ({hold}); to go on take '{hold}' out of spec.holdBefore or annotate drydock.dev/approve={hold}@{Approval.Prefix(plan.Hash)}");
        }

        return new RunOutcome(RunState.Working, first.Id, EngineReasons.StepRunning, first.Message is null ? first.Title : $"{first.Title}: {first.Message}");
    }
}
