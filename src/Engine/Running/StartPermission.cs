namespace Drydock.Engine.Running;

/// <summary>Whether an attempt of a step may be started now.</summary>
internal sealed class StartPermission
{
    private readonly Dictionary<string, PlanStep> _steps;
    private readonly RunControls _controls;
    private readonly StartLimits _limits;
    private readonly int _unknown;
    private readonly bool _isStopped;
    private readonly Lazy<bool> _isWaitingOnly;

    /// <param name="hold">The hold of the whole plan; null for none.</param>
    /// <param name="steps">The steps as they are; read again at each question.</param>
    /// <param name="controls">The controls that users set now.</param>
    /// <param name="areGuardsBroken">Whether a guard does not hold.</param>
    /// <param name="now">The time.</param>
    /// <param name="hasJob">Whether a job handles the step.</param>
    public StartPermission(
        string? hold,
        Dictionary<string, PlanStep> steps,
        RunControls controls,
        bool areGuardsBroken,
        DateTimeOffset now,
        Func<string, bool> hasJob)
    {
        _steps = steps;
        _controls = controls;
        _limits = new StartLimits(steps.Values, controls, now, hasJob);
        _unknown = steps.Values.Count(s => s.State == StepState.Unknown);
        _isStopped = controls.Paused
            || controls.StartNothingBecause is not null
            || areGuardsBroken
            || steps.Values.Any(s => s.State == StepState.Failed)
            || HoldMatcher.HoldingPlan(hold, steps.Values, controls.Approved) is not null;
        _isWaitingOnly = new Lazy<bool>(() => GivenBackSteps.Next(steps.Values) is { Count: > 0 } next
            && next.TrueForAll(s => s.State == StepState.Pending && (IsHeld(s) || !_limits.IsOpen(s))));
    }

    public bool MayBegin(PlanStep step) => !_isStopped && step.State switch
    {
        StepState.Pending =>
            _unknown == 0
            && IsNext(step)
            && !IsHeld(step)
            && _limits.HasRoom(step)
            && _limits.IsOpen(step)
            && !(GivenBackSteps.Is(step) && _isWaitingOnly.Value),
        StepState.Running => _unknown == 0 && IsNext(step),
        StepState.Unknown => _unknown == 1 && IsNext(step) && (step.StartedAt is not null || !IsHeld(step)),
        _ => false,
    };

    public DateTimeOffset? OpensAt(PlanStep step) =>
        step.State == StepState.Pending && IsNext(step) ? _limits.OpensAt(step) : null;

    private bool IsNext(PlanStep step) =>
        step.After.TrueForAll(id => _steps.TryGetValue(id, out var before) && before.State == StepState.Succeeded);

    private bool IsHeld(PlanStep step) =>
        HoldMatcher.Holding(step, _controls.HoldBefore, _controls.Approved) is not null;
}
