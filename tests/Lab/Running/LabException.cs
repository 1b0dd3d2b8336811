namespace Drydock.Lab;

/// <summary>
/// A part of the lab could not be started, stopped or reached. The message names the part, the observation and the log.
/// </summary>
public sealed class LabException : Exception
{
    public LabException()
    {
    }

    public LabException(string message)
        : base(message)
    {
    }

    public LabException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
