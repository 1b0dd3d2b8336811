namespace Drydock.Runs;

/// <summary>What the holds of a plan stop. The engine starts steps by it, and a consent tells by it what an approval
/// lets run.</summary>
public static class HoldReach
{
    /// <summary>The unapproved hold that stops the step, or null. A step that has started is never held.</summary>
    /// <param name="planHold">The hold of the whole plan; null for none.</param>
    /// <param name="steps">All steps of the plan.</param>
    public static string? Hold(
        Step step,
        string? planHold,
        IEnumerable<Step> steps,
        IReadOnlySet<string> holdBefore,
        IReadOnlySet<string> approved) =>
        step.State == StepState.Running
            ? null
            : HoldMatcher.HoldingPlan(planHold, steps, approved)
                ?? HoldMatcher.Holding(step.Planned, holdBefore, approved);

    public static bool IsNext(Step step, Predicate<string> isDone) => step.After.TrueForAll(isDone);

    /// <summary>The steps that begin before all that is left waits, and the first of those that wait then; null if
    /// none does. What has begun counts as done.</summary>
    public static (ImmutableList<Step> Free, Step? Held) Of(
        PlanProgress plan, IReadOnlySet<string> holdBefore, IReadOnlySet<string> approved)
    {
        var done = plan.Steps.Where(s => s.State != StepState.Pending).Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        var free = ImmutableList.CreateBuilder<Step>();
        Step? held = null;

        // Each step stands after those that it needs.
        foreach (var step in plan.Steps.Where(s => s.State == StepState.Pending && IsNext(s, done.Contains)))
        {
            if (Hold(step, plan.Hold, plan.Steps, holdBefore, approved) is not null)
            {
                held ??= step;
                continue;
            }

            free.Add(step);
            done.Add(step.Id);
        }

        return (free.ToImmutable(), held);
    }
}
