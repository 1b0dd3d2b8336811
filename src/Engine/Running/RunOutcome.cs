using Drydock.Engine.Holds;

namespace Drydock.Engine.Running;

/// <summary>The result of an advance.</summary>
/// <param name="State">The state of the run.</param>
/// <param name="StepId">The step that the message is about: the one that failed, is held, or runs.</param>
/// <param name="Reason">Stable word, for failures the one of the step.</param>
/// <param name="Message">What happened, where, and the remedy: whole sentences.</param>
public sealed record RunOutcome(RunState State, string? StepId, string Reason, string Message)
{
    /// <summary>When to advance again without an event; null leaves it to events.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>
    /// The holds of all steps that would start next, each with the approval that ends it, as the annotation has it;
    /// empty unless the run is held. The first one is that of the step that the message is about.
    /// </summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    /// <summary>Acts follow this write: it must be made even if it changes nothing.</summary>
    public bool Acts { get; init; }

    /// <summary>True when the retry token of the controls was used up.</summary>
    public bool RetryUsed { get; init; }

    /// <summary>Why a retry token was refused, a whole sentence; null if it was not.</summary>
    public string? RetryRefused { get; init; }
}
