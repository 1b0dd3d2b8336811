namespace Drydock.Clients.MySql;

/// <summary>An error of the server (numbers 1000-1999, 3000 and up) or of the client (2000-2999).</summary>
/// <remarks>The message contains the server's text, never the password.</remarks>
/// <param name="number">E.g. 1045 (access denied), 1049 (unknown database), 2013 (connection lost); 0 if neither side
/// gave one.</param>
public sealed class MySqlSessionException(string message, int number, Exception? innerException = null)
    : Exception(message, innerException)
{
    internal const int CannotConnect = 2002;

    /// <summary>The server's name cannot be resolved.</summary>
    internal const int UnknownHost = 2005;

    internal const int Gone = 2006;

    internal const int Lost = 2013;

    internal const int AnswerTooLarge = 2020;

    internal const int TlsFailed = 2026;

    internal const int Malformed = 2027;

    internal const int AuthenticationRefused = 2061;

    internal const int OutOfTime = 3024;

    public int Number => number;

    /// <summary>The session was lost or never established; the statement's outcome may be unknown.</summary>
    public bool IsConnectionError =>
        Number is CannotConnect or 2003 or UnknownHost or Gone or 2012 or Lost or TlsFailed or Malformed or 2055 or 1053
            or 1927 or 4031;

    /// <summary>The answer is larger than this client accepts. A retry does not help.</summary>
    public bool IsTooLarge => Number == AnswerTooLarge;

    /// <summary>A retry in a new session may succeed: connection errors, deadlock (1213), lock wait (1205), too many
    /// connections (1040, 1203).</summary>
    public bool IsTransient => IsConnectionError || Number is 1205 or 1213 or 1040 or 1203;
}
