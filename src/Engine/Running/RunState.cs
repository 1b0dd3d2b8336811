namespace Drydock.Engine.Running;

/// <summary>The state of a run.</summary>
public enum RunState
{
    /// <summary>Steps run or will be started.</summary>
    Working,

    /// <summary>Nothing runs; the next steps wait for an approval.</summary>
    Held,

    /// <summary>Nothing runs; the maintenance window is closed.</summary>
    OutsideWindow,

    /// <summary>Nothing runs; the user paused it.</summary>
    Paused,

    /// <summary>
    /// Nothing runs that could be followed, and nothing will be started (see
    /// <see cref="RunControls.StartNothingBecause"/>); takes precedence over a failure.
    /// </summary>
    Stopped,

    /// <summary>
    /// A step failed and no automatic attempt is left. Steps of other branches may still be under way.
    /// </summary>
    Failed,

    /// <summary>
    /// The outcome of a step, or the state of a guard, cannot be determined. Other steps may still be under way.
    /// </summary>
    OutcomeUnknown,

    /// <summary>
    /// A guard is violated: the target was changed from outside. Steps may still be under way.
    /// </summary>
    TargetChanged,

    /// <summary>Every step succeeded.</summary>
    Succeeded,
}
