using MySqlConnector;

namespace Drydock.Clients.MySql.Transport;

/// <summary>The package's exceptions as this client's.</summary>
internal static class MySqlFailures
{
    /// <summary>An error of the server, a refusal of this side or a lost connection; null for what the caller did
    /// wrong.</summary>
    internal static MySqlSessionException? Of(Exception exception, ServerLink? link, string prefix)
    {
        if (link?.Refusal is { } refusal)
        {
            return new MySqlSessionException(prefix + refusal.Message, refusal.Number, exception);
        }

        if (link?.Broken is { } broken)
        {
            return new MySqlSessionException(
                $"{prefix}The connection to the server was lost: {broken.Message}", MySqlSessionException.Lost, broken);
        }

        return exception switch
        {
            MySqlSessionException own => prefix.Length == 0
                ? own
                : new MySqlSessionException(prefix + own.Message, own.Number, own.InnerException),
            NotSupportedException => new MySqlSessionException(
                $"{prefix}{exception.Message} Use an account with another login method.",
                MySqlSessionException.AuthenticationRefused,
                exception),
            MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost, InnerException: null } error
                when link is { AwaitsTls: true } =>
                new MySqlSessionException(
                    $"{prefix}{error.Message}. The password was not sent. Enable TLS on the server, or set tls.mode to "
                        + "Disabled.",
                    MySqlSessionException.TlsFailed,
                    error),
            MySqlException { SqlState: not null } error =>
                new MySqlSessionException(prefix + error.Message, error.Number, error),

            // A parameter without a value, which the package finds before it sends anything.
            MySqlException { InnerException: null, ErrorCode: MySqlErrorCode.None } error
                when link is { HasEnded: false } => new MySqlSessionException(error.Message, 0, error),
            _ when link is { HasEnded: true }
                || exception is MySqlException or IOException or SocketException or ObjectDisposedException
                    or OperationCanceledException =>
                new MySqlSessionException(
                    $"{prefix}The connection to the server was lost: {exception.Message}",
                    MySqlSessionException.Lost,
                    exception),
            InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException
                or OverflowException or OutOfMemoryException => new MySqlSessionException(
                    $"{prefix}The server's answer is malformed: {exception.Message}",
                    MySqlSessionException.Malformed,
                    exception),
            _ => null,
        };
    }
}
