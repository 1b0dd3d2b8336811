namespace Drydock.Engine.Running;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Steps run or will be begun.</summary>
    Working,

    /// <summary>Nothing runs; the next steps wait for an approval.</summary>
    Held,

    /// <summary>Nothing runs; the user paused it.</summary>
    Paused,

    /// <summary>Nothing runs and nothing will be begun, because the object is being let go.</summary>
    Stopped,

    /// <summary>A step failed and no automatic attempt is left.</summary>
    Failed,

    /// <summary>What came of a step, or whether a guard holds, cannot be read.</summary>
    OutcomeUnknown,

    /// <summary>A guard is broken: somebody else changed the target.</summary>
    TargetChanged,

    /// <summary>Every step succeeded.</summary>
    Succeeded,
}
