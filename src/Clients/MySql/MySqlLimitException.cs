namespace Drydock.Clients.MySql;

/// <summary>The server's answer is larger than this client accepts. Trying again does not help.</summary>
public sealed class MySqlLimitException : MySqlException
{
    /// <summary>Makes an exception without a number.</summary>
    public MySqlLimitException()
        : this("The answer is larger than accepted.")
    {
    }

    /// <summary>Makes an exception without a number.</summary>
    public MySqlLimitException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception without a number.</summary>
    public MySqlLimitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception with the library's number.</summary>
    internal MySqlLimitException(string message, int number)
        : base(message, number, "HY000", innerException: null)
    {
    }
}
