namespace Drydock.Runs;

/// <summary>The state of a run: what the engine says of a plan, what a flow says where there is no plan to advance, and
/// what status reports in the terms of kstatus.</summary>
/// <param name="Reason">Stable word for why the run cannot continue, for failures the one of the step; empty where the
/// engine gives none.</param>
/// <param name="Message">What happens or is wrong, where, and the remedy: whole sentences.</param>
/// <param name="StepId">The step that the message is about: the one that failed, is held, or runs.</param>
public sealed record RunOutcome(RunState State, string Phase, string Reason, string Message, string? StepId = null)
{
    /// <summary>When to advance again without an event; null leaves it to events.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>Whether an administrator must act before the run can continue.</summary>
    public bool Held { get; init; }

    /// <summary>The holds of all steps that would start next, each with the approval that ends it, as the annotation
    /// has it; empty unless the run is held. The first one is that of the step that the message is about.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    /// <summary>Acts follow this write: it must be made even if it changes nothing.</summary>
    public bool Acts { get; init; }

    public string? RetryRefused { get; init; }

    public string? Approval => Holds.Count > 0 ? Holds[0].Approval : null;

    /// <summary>Reconciling: it continues, or waits for something that is expected.</summary>
    public bool Progresses =>
        State is RunState.Working or RunState.Held or RunState.OutsideWindow or RunState.Paused or RunState.Stopped;

    /// <summary>Stalled: it cannot continue without a repair.</summary>
    public bool IsStalled =>
        State is RunState.Failed or RunState.OutcomeUnknown or RunState.TargetChanged or RunState.Stalled;
}

/// <summary>The states of a run.</summary>
public enum RunState
{
    Working,

    Held,

    OutsideWindow,

    Paused,

    /// <summary>Nothing runs that could be followed, and nothing will be started (see
    /// <see cref="RunControls.StartNothingBecause"/>); takes precedence over a failure.</summary>
    Stopped,

    /// <summary>A step failed and no automatic attempt is left. Steps of other branches may still be under
    /// way.</summary>
    Failed,

    /// <summary>The outcome of a step, or the state of a guard, cannot be determined. Other steps may still be under
    /// way.</summary>
    OutcomeUnknown,

    /// <summary>A guard is violated: the target was changed from outside. Steps may still be under way.</summary>
    TargetChanged,

    /// <summary>Something else keeps it from continuing; it has not failed.</summary>
    Stalled,

    Succeeded,

    RolledBack,
}
