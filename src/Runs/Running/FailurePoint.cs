namespace Drydock.Runs;

/// <summary>How far an attempt had progressed when it failed.</summary>
internal enum FailurePoint
{
    /// <summary>The receipt could not be prepared; nothing was started.</summary>
    BeforeAct,

    /// <summary>The action was called, and the observation shows no trace of it, or that it ended before it changed
    /// anything.</summary>
    NoTrace,

    Begun,
}
