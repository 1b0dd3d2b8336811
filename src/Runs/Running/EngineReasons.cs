namespace Drydock.Runs;

/// <summary>The reasons that the engine itself gives.</summary>
public static class EngineReasons
{
    /// <summary>The outcome of a step cannot be determined. On a step itself this means that it can never be
    /// determined.</summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    public const string StepTimeout = "StepTimeout";

    public const string StepFailed = "StepFailed";

    public const string TargetChanged = "TargetChanged";

    public const string StatusOutdated = "StatusOutdated";

    public const string StepRunning = "StepRunning";
}
