namespace Drydock.Engine.Running;

/// <summary>What limits the start of steps besides order and holds: how many nodes are worked on at the same time, and
/// when phases and units of work may start.</summary>
/// <param name="steps">The steps as they are; read again at each question.</param>
/// <param name="controls">The controls that users set now.</param>
/// <param name="now">The time.</param>
/// <param name="hasJob">Whether a job handles the step.</param>
internal sealed class StartLimits(
    IReadOnlyCollection<PlanStep> steps, RunControls controls, DateTimeOffset now, Func<string, bool> hasJob)
{
    /// <summary>Whether a step may be started beside those under way. A step that is observed before its start counts:
    /// if it only waits, the observation is its start.</summary>
    public bool HasRoom(PlanStep step)
    {
        if (controls.MaxParallelNodes is not { } limit || step.Node is null)
        {
            return true;
        }

        var busy = steps.Where(s => s.Node is not null && IsUnderWay(s))
            .Select(s => s.Node!)
            .ToHashSet(StringComparer.Ordinal);
        return busy.Contains(step.Node) || busy.Count < limit;
    }

    /// <summary>Whether the step's phase or unit of work has started, or may start now.</summary>
    public bool IsOpen(PlanStep step) => OpensAt(step) is null;

    /// <summary>When the step's phase or unit of work may start; null if it has started or may start now.</summary>
    public DateTimeOffset? OpensAt(PlanStep step) =>
        Waits(step) && controls.PhaseOpensAt(step) is { } opens && opens > now ? opens : null;

    /// <summary>Whether a unit of work begins with the step. If what the unit had prepared was removed while the run
    /// was stopped (<see cref="PlanStep.CleanedUpAt"/>), the unit begins again with the step after it.</summary>
    public bool BeginsUnit(PlanStep step) =>
        step.AsksWindow || step.After.Exists(id => steps.Any(s => s.Id == id && s.CleanedUpAt is not null));

    private bool Waits(PlanStep step) => BeginsUnit(step)
        ? step.State == StepState.Pending && (step.Attempt == 0 || step.CleanedUpAt is not null)
        : !controls.OnlyUnitsWait && !HasStarted(step.Phase);

    private bool IsUnderWay(PlanStep step) =>
        step.State == StepState.Running || (step.State == StepState.Pending && hasJob(step.Id));

    private bool HasStarted(string phase) =>
        steps.Any(s => s.Phase == phase && (s.State != StepState.Pending || s.Attempt > 0));
}
