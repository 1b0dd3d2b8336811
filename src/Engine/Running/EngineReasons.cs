namespace Drydock.Engine.Running;

/// <summary>The stable words the engine itself gives as reasons.</summary>
public static class EngineReasons
{
    /// <summary>
    /// What came of a step cannot be read. As the reason of a step itself only where a look showed that it never will
    /// be.
    /// </summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>An attempt took longer than its timeout.</summary>
    public const string StepTimeout = "StepTimeout";

    /// <summary>An action was carried out or refused and the world is not as the step wants it.</summary>
    public const string StepFailed = "StepFailed";

    /// <summary>A guard is broken.</summary>
    public const string TargetChanged = "TargetChanged";

    /// <summary>Steps run.</summary>
    public const string StepRunning = "StepRunning";

    /// <summary>Waits for an approval.</summary>
    public const string Held = "Held";

    /// <summary>The next phase may not start before its time.</summary>
    public const string OutsideWindow = "OutsideWindow";

    /// <summary>The user paused the run.</summary>
    public const string Paused = "Paused";

    /// <summary>Nothing more is started because the object is being let go.</summary>
    public const string Stopped = "Stopped";

    /// <summary>Every step succeeded.</summary>
    public const string Succeeded = "Succeeded";
}
