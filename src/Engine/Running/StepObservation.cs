using Drydock.Engine.Actions;

namespace Drydock.Engine.Running;

/// <summary>What following a step came to.</summary>
/// <param name="Seen">The last observation.</param>
/// <param name="IsFirstLook">Whether it was seen so at once, and not after it had been under way: only then does a
/// failure speak of an earlier attempt.</param>
/// <param name="Retryable">Whether another attempt may help, if it failed.</param>
internal sealed record StepObservation(Observation Seen, bool IsFirstLook, bool Retryable = true);
