namespace Drydock.Engine.Running;

/// <summary>How far an attempt had come when it failed.</summary>
internal enum FailurePoint
{
    /// <summary>The receipt could not be made; nothing was begun.</summary>
    BeforeAct,

    /// <summary>The action was called, and the world shows no trace of it.</summary>
    NoTrace,

    /// <summary>The world shows that it ended badly, or did not end in time.</summary>
    Begun,
}
