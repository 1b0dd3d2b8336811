namespace Drydock.Engine.Running;

/// <summary>This process may no longer act: its lease ran out or was lost.</summary>
public sealed class ActRefusedException(
    string message, Exception? innerException = null) : Exception(message, innerException);
