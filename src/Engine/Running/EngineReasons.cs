namespace Drydock.Engine.Running;

/// <summary>The reasons that the engine itself gives.</summary>
public static class EngineReasons
{
    /// <summary>
    /// The outcome of a step cannot be determined. On a step itself this means that it can never be determined.
    /// </summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>An attempt took longer than its timeout.</summary>
    public const string StepTimeout = "StepTimeout";

    /// <summary>
    /// An action was carried out or rejected, and the target is not in the state that the step wants.
    /// </summary>
    public const string StepFailed = "StepFailed";

    /// <summary>A guard is violated: the target was changed from outside.</summary>
    public const string TargetChanged = "TargetChanged";

    /// <summary>Steps run.</summary>
    public const string StepRunning = "StepRunning";

    /// <summary>Waits for an approval.</summary>
    public const string Held = "Held";

    /// <summary>The next phase may not start before its time.</summary>
    public const string OutsideWindow = "OutsideWindow";

    /// <summary>The user paused the run.</summary>
    public const string Paused = "Paused";

    /// <summary>Nothing more is started: abort, deletion, or a rollback that waits for running steps.</summary>
    public const string Stopped = "Stopped";

    /// <summary>Every step succeeded.</summary>
    public const string Succeeded = "Succeeded";
}
