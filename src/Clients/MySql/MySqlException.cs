using System.Data.Common;

namespace Drydock.Clients.MySql;

/// <summary>An error of the server (numbers 1000-1999, 3000 and up) or of the client library (2000-2999).</summary>
/// <remarks>The message carries the server's text and never the connection string or the password.</remarks>
public class MySqlException : DbException
{
    /// <summary>The answer is larger than this client accepts; see <see cref="MySqlLimitException"/>.</summary>
    internal const int AnswerTooLarge = 2020;

    /// <summary>A packet is not what the protocol says.</summary>
    internal const int Malformed = 2027;

    /// <summary>This client does not log in the way the server wants it.</summary>
    internal const int AuthenticationRefused = 2061;

    /// <summary>Makes an exception without a number.</summary>
    public MySqlException()
        : this("A MySQL error.")
    {
    }

    /// <summary>Makes an exception without a number.</summary>
    public MySqlException(string message)
        : this(message, 0, "HY000", innerException: null)
    {
    }

    /// <summary>Makes an exception without a number.</summary>
    public MySqlException(string message, Exception innerException)
        : this(message, 0, "HY000", innerException)
    {
    }

    /// <summary>Makes an exception as the server or the library reported it.</summary>
    public MySqlException(string message, int number, string sqlState, Exception? innerException)
        : base(message, innerException)
    {
        Number = number;
        SqlState = sqlState;
    }

    /// <summary>
    /// The error number, e.g. 1045 (access denied), 1049 (unknown database), 2013 (connection lost). 0 when neither
    /// side gave one.
    /// </summary>
    public int Number { get; }

    /// <summary>Same as <see cref="Number"/>.</summary>
    public override int ErrorCode => Number;

    /// <summary>The five characters of SQLSTATE.</summary>
    public override string SqlState { get; }

    /// <summary>The connection itself is gone or never was: the statement's outcome may be unknown.</summary>
    public bool IsConnectionError =>
        Number is 2002 or 2003 or 2005 or 2006 or 2012 or 2013 or 2026 or Malformed or 2055 or 1053 or 1927 or 4031;

    /// <summary>
    /// Worth trying again on a new connection: connection errors, deadlock (1213), lock wait (1205), too many
    /// connections (1040, 1203).
    /// </summary>
    public override bool IsTransient => IsConnectionError || Number is 1205 or 1213 or 1040 or 1203;
}
