using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Running;

/// <summary>
/// What limits the start of steps besides order and holds: how many nodes are worked on at the same time, and when
/// phases may start.
/// </summary>
/// <param name="steps">The steps as they are; read again at each question.</param>
/// <param name="controls">The controls that users set now.</param>
/// <param name="now">The time.</param>
internal sealed class StartLimits(IReadOnlyCollection<PlanStep> steps, RunControls controls, DateTimeOffset now)
{
    /// <summary>Whether a step may be started beside those under way.</summary>
    public bool HasRoom(PlanStep step)
    {
        if (controls.MaxParallelNodes is not { } limit || step.Node is null)
        {
            return true;
        }

        var busy = steps.Where(s => s.State == StepState.Running && s.Node is not null)
            .Select(s => s.Node!)
            .ToHashSet(StringComparer.Ordinal);
        return busy.Contains(step.Node) || busy.Count < limit;
    }

    /// <summary>Whether the step's phase has started, or may start now.</summary>
    public bool IsOpen(PlanStep step) => OpensAt(step) is null;

    /// <summary>When the step's phase may start; null if it has started or may start now.</summary>
    public DateTimeOffset? OpensAt(PlanStep step) =>
        controls.PhaseOpensAt(step) is { } opens && opens > now && !HasStarted(step.Phase) ? opens : null;

    private bool HasStarted(string phase) =>
        steps.Any(s => s.Phase == phase && (s.State != StepState.Pending || s.Attempt > 0));
}
