namespace Drydock.Reconcilers.Upgrades;

/// <summary>The output of a command cannot be read now; the run does not depend on it.</summary>
internal sealed class StepOutputException(string message, Exception inner) : Exception(message, inner);
