namespace Drydock.Lab;

/// <summary>
/// A part of the lab could not be started, stopped or reached; the message says which, what was seen and where its log
/// is.
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
