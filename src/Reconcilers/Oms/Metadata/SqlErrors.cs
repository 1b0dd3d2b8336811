namespace Drydock.Reconcilers.Oms;

/// <summary>Turns errors of the MySQL protocol into <see cref="OmsMetadataException"/>s. Numbers as in MySQL's,
/// MariaDB's and OceanBase's error references.</summary>
internal static class SqlErrors
{
    internal const int NoSuchThread = 1094;
    internal const int FunctionDoesNotExist = 1305;
    internal const int NotSupported = 1235;

    private const int SyntaxError = 1064;

    /// <summary>The exception to throw instead, or null if this one has nothing to do with the server.</summary>
    internal static OmsMetadataException? Translate(Exception error, string what, MetadataTarget target)
    {
        if (error is not (DbException or IOException or TimeoutException or InvalidOperationException
                or System.Net.Sockets.SocketException)
            || error is ObjectDisposedException)
        {
            return null;
        }

        var number = Number(error);
        var kind = KindOf(error, number);
        var advice = kind switch
        {
            OmsMetadataErrorKind.Unreachable =>
                "Check that the server runs and is reachable from the operator, and its TLS settings. "
                    + "The operator retries.",
            OmsMetadataErrorKind.AccessDenied => $"Check the password of account '{target.User}' and its privileges.",
            OmsMetadataErrorKind.Missing => "Check the database names in config.yaml and the OMS version.",
            OmsMetadataErrorKind.ReadOnly => "Connect to the primary server, or make the server writable.",
            _ => "See the server's error reference.",
        };
        return new OmsMetadataException(
            kind,
            $"{what} on metadata server {target.Address} failed: {Text(error, number, target)}. {advice}",
            number);
    }

    /// <summary>The server's or client library's error number; 0 if there is none.</summary>
    internal static int Number(Exception error)
    {
        // MySqlConnector's own place for it; ErrorCode is an HRESULT in the base class.
        if (error.Data["Server Error Code"] is { } code)
        {
            return Convert.ToInt32(code, CultureInfo.InvariantCulture);
        }

        return error is DbException { ErrorCode: > 0 and < 100_000 } database ? database.ErrorCode : 0;
    }

    private static OmsMetadataErrorKind KindOf(Exception error, int number) => number switch
    {
        1044 or 1045 or 1095 or 1130 or 1142 or 1143 or 1227 or 1251 or 1370 or 1698 or 1820 or 1862 =>
            OmsMetadataErrorKind.AccessDenied,
        1049 or 1051 or 1054 or 1109 or 1146 or 1193 or FunctionDoesNotExist => OmsMetadataErrorKind.Missing,
        1290 or 1792 or 1836 => OmsMetadataErrorKind.ReadOnly,
        1040 or 1053 or 1129 or 1152 or (>= 1158 and <= 1161) or 1184 or 1203 or 1927 or 4031 or (>= 2000 and < 3000) =>
            OmsMetadataErrorKind.Unreachable,
        0 when error is not DbException => OmsMetadataErrorKind.Unreachable,
        0 when error is DbException { SqlState: { } state } && state.StartsWith("08", StringComparison.Ordinal) =>
            OmsMetadataErrorKind.Unreachable,
        _ => OmsMetadataErrorKind.Other,
    };

    // The server quotes the statement in a syntax error and nowhere else.
    private static string Text(Exception error, int number, MetadataTarget target)
    {
        var text = number == SyntaxError
            ? "the server does not understand a statement"
            : Sentences.Open(ForeignText.Words(error.Message));
        var secrets = new Redactor([target.Password]);
        return number == 0
            ? secrets.Redact(text)
            : string.Create(CultureInfo.InvariantCulture, $"{secrets.Redact(text)} (error {number})");
    }
}
