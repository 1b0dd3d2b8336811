namespace Drydock.Clients.MySql;

/// <summary>An error of the server (numbers 1000-1999, 3000 and up) or of the client (2000-2999).</summary>
/// <remarks>The message contains the server's text, never the connection string or the password.</remarks>
/// <param name="message">What happened.</param>
/// <param name="number">The error number; 0 if neither side gave one.</param>
/// <param name="sqlState">The five characters of SQLSTATE.</param>
/// <param name="innerException">The cause.</param>
public class MySqlException(string message, int number, string sqlState, Exception? innerException)
    : DbException(message, innerException)
{
    internal const int AnswerTooLarge = 2020;

    internal const int CannotConnect = 2002;

    /// <summary>The server's name cannot be resolved.</summary>
    internal const int UnknownHost = 2005;

    internal const int TlsFailed = 2026;

    internal const int Malformed = 2027;

    internal const int AuthenticationRefused = 2061;

    public MySqlException()
        : this("A MySQL error.")
    {
    }

    public MySqlException(string message)
        : this(message, 0, "HY000", innerException: null)
    {
    }

    public MySqlException(string message, Exception innerException)
        : this(message, 0, "HY000", innerException)
    {
    }

    /// <summary>The error number, e.g. 1045 (access denied), 1049 (unknown database), 2013 (connection lost). 0 when
    /// neither side gave one.</summary>
    public int Number { get; } = number;

    public override int ErrorCode => Number;

    public override string SqlState { get; } = sqlState;

    /// <summary>The connection was lost or never established; the statement's outcome may be unknown.</summary>
    public bool IsConnectionError =>
        Number is CannotConnect or 2003 or UnknownHost or 2006 or 2012 or 2013 or TlsFailed or Malformed or 2055 or 1053
            or 1927 or 4031;

    /// <summary>A retry on a new connection may succeed: connection errors, deadlock (1213), lock wait (1205), too many
    /// connections (1040, 1203).</summary>
    public override bool IsTransient => IsConnectionError || Number is 1205 or 1213 or 1040 or 1203;
}

/// <summary>The server's answer is larger than this client accepts. A retry does not help.</summary>
public sealed class MySqlLimitException : MySqlException
{
    public MySqlLimitException(string message)
        : base(message)
    {
    }

    internal MySqlLimitException(string message, int number)
        : base(message, number, "HY000", innerException: null)
    {
    }
}
