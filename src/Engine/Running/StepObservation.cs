using Drydock.Engine.Actions;

namespace Drydock.Engine.Running;

/// <summary>The result of following a step.</summary>
/// <param name="Seen">The last observation.</param>
/// <param name="IsFirstLook">Whether it was the first observation, and the step had not been seen under way before:
/// only then a failure belongs to an earlier attempt.</param>
/// <param name="Retryable">Whether another attempt may help, if it failed.</param>
internal sealed record StepObservation(Observation Seen, bool IsFirstLook, bool Retryable = true);
