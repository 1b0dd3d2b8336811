namespace Drydock.Engine.Running;

/// <summary>What an advance came to.</summary>
/// <param name="State">Where the run stands.</param>
/// <param name="StepId">The step it speaks of: the one that failed, is held, or runs.</param>
/// <param name="Reason">Stable word, for failures the step's own.</param>
/// <param name="Message">What, where, and what to do.</param>
public sealed record RunOutcome(RunState State, string? StepId, string Reason, string Message)
{
    /// <summary>When to advance again without an event; null leaves it to events.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>Acts follow this write: it must be made even if it changes nothing.</summary>
    public bool Acts { get; init; }

    /// <summary>True when the retry token of the controls was used up.</summary>
    public bool RetryUsed { get; init; }

    /// <summary>What a retry token was refused for; null if it was not.</summary>
    public string? RetryRefused { get; init; }
}
