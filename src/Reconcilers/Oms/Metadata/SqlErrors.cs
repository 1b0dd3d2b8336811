namespace Drydock.Reconcilers.Oms;

/// <summary>Turns errors of the MySQL protocol into <see cref="OmsMetadataException"/>s. Numbers as in MySQL's,
/// MariaDB's and OceanBase's error references.</summary>
internal static class SqlErrors
{
    private const int SyntaxError = 1064;

    internal static OmsMetadataException Translate(MySqlSessionException error, string what, MetadataTarget target)
    {
        var kind = KindOf(error.Number);
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
            $"{what} on metadata server {target.Address} failed: {Text(error, target)}. {advice}",
            error.Number);
    }

    private static OmsMetadataErrorKind KindOf(int number) => number switch
    {
        1044 or 1045 or 1095 or 1130 or 1142 or 1143 or 1227 or 1251 or 1370 or 1698 or 1820 or 1862 =>
            OmsMetadataErrorKind.AccessDenied,
        1049 or 1051 or 1054 or 1109 or 1146 or 1193 or 1305 => OmsMetadataErrorKind.Missing,
        1290 or 1792 or 1836 => OmsMetadataErrorKind.ReadOnly,
        1040 or 1053 or 1129 or 1152 or (>= 1158 and <= 1161) or 1184 or 1203 or 1927 or 4031 or (>= 2000 and < 3000) =>
            OmsMetadataErrorKind.Unreachable,
        _ => OmsMetadataErrorKind.Other,
    };

    // The server quotes the statement in a syntax error and nowhere else.
    private static string Text(MySqlSessionException error, MetadataTarget target)
    {
        var text = error.Number == SyntaxError
            ? "the server does not understand a statement"
            : Sentences.Open(ForeignText.Words(error.Message));
        var secrets = new Redactor([target.Password]);
        return error.Number == 0
            ? secrets.Redact(text)
            : string.Create(CultureInfo.InvariantCulture, $"{secrets.Redact(text)} (error {error.Number})");
    }
}
