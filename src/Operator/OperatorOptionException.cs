namespace Drydock.Operator;

/// <summary>A flag has a value that cannot work. The message names flag, value, expectation and way out.</summary>
public sealed class OperatorOptionException : Exception
{
    /// <summary>Makes the exception.</summary>
    public OperatorOptionException(string message)
        : base(message)
    {
    }
}
