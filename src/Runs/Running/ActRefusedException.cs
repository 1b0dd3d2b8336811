namespace Drydock.Runs;

/// <summary>This process may no longer act: its lease expired or was lost.</summary>
public sealed class ActRefusedException(
    string message, Exception? innerException = null) : Exception(message, innerException);
