namespace Drydock.Engine.Running;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Steps run or will be begun.</summary>
    Working,

    /// <summary>Nothing runs; the next steps wait for an approval.</summary>
    Held,

    /// <summary>Nothing runs; the next phases may start only later.</summary>
    OutsideWindow,

    /// <summary>Nothing runs; the user paused it.</summary>
    Paused,

    /// <summary>
    /// Nothing runs that could be followed, and nothing will be begun, because the object is being let go; said also of
    /// a run that stalls.
    /// </summary>
    Stopped,

    /// <summary>
    /// A step failed and no automatic attempt is left. Steps of other branches that were begun may still be finishing.
    /// </summary>
    Failed,

    /// <summary>
    /// What came of a step, or whether a guard holds, cannot be read. Other steps that were begun may still be
    /// finishing.
    /// </summary>
    OutcomeUnknown,

    /// <summary>
    /// A guard is broken: somebody else changed the target. Steps that were begun may still be finishing.
    /// </summary>
    TargetChanged,

    /// <summary>Every step succeeded.</summary>
    Succeeded,
}
