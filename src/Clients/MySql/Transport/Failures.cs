using Driver = MySqlConnector;

namespace Drydock.Clients.MySql.Transport;

/// <summary>The package's exceptions as this client's.</summary>
internal static class Failures
{
    private const int OutOfTimeNumber = 3024;
    private const int ConnectionLost = 2013;
    private const int ConnectionGone = 2006;
    private const string NoState = "HY000";

    /// <summary>An error of the server, a refusal of this side or a lost connection; null for what the caller did
    /// wrong.</summary>
    internal static MySqlException? Translate(Exception exception, ServerLink? link, string prefix)
    {
        if ((link?.Refusal ?? exception as LinkRefusedException) is { } refusal)
        {
            return refusal.Number == MySqlException.AnswerTooLarge
                ? new MySqlLimitException(prefix + refusal.Message, refusal.Number)
                : new MySqlException(prefix + refusal.Message, refusal.Number, NoState, refusal.InnerException);
        }

        return exception switch
        {
            MySqlException own => own,
            Driver.MySqlException { SqlState: { } state } error =>
                new MySqlException(prefix + error.Message, error.Number, state, error),

            // A parameter without a value, which the package finds before it sends anything.
            Driver.MySqlException { InnerException: null, ErrorCode: Driver.MySqlErrorCode.None } error
                when link is { HasEnded: false } => new MySqlException(error.Message, 0, NoState, error),
            _ when link is { HasEnded: true }
                || exception is Driver.MySqlException or IOException or SocketException or ObjectDisposedException
                    or OperationCanceledException =>
                new MySqlException(
                    $"{prefix}The connection to the server was lost: {exception.Message}",
                    ConnectionLost,
                    NoState,
                    exception),
            InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException
                or OverflowException or OutOfMemoryException => new MySqlException(
                    $"{prefix}The server's answer is malformed: {exception.Message}",
                    MySqlException.Malformed,
                    NoState,
                    exception),
            _ => null,
        };
    }

    internal static MySqlException OutOfTime(uint seconds, Exception cause) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The command took longer than its limit of {seconds} s. Its session was ended."),
        OutOfTimeNumber,
        NoState,
        cause);

    internal static MySqlException TooSlow(MySqlConnectionStringBuilder options, Exception cause) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Cannot connect to {options.Describe()}: no session was established within {options.ConnectionTimeout} s, "
                + $"including the login."),
        ConnectionLost,
        NoState,
        cause);

    internal static MySqlException Broken(MySqlConnectionStringBuilder options, string reason) => new(
        $"The connection to {options.Describe()} is broken, open a new one. It ended with: {reason}",
        ConnectionGone,
        NoState,
        innerException: null);
}
