using Driver = MySqlConnector;

namespace Drydock.Clients.MySql.Transport;

/// <summary>Opens a session, and closes one.</summary>
internal sealed class SessionOpening(MySqlConnectionStringBuilder options)
{
    private const int LongestText = 256;
    private const long AnswerBytes = 1 << 20;

    internal ServerLink? Link { get; private set; }

    internal Driver.MySqlConnection? DriverConnection { get; private set; }

    internal ulong ConnectionId { get; private set; }

    internal string Version { get; private set; } = "";

    internal MySqlServerKind Kind { get; private set; }

    internal static MySqlServerKind KindOf(string version, string comment)
    {
        if (version.Contains("OceanBase", StringComparison.OrdinalIgnoreCase)
            || comment.Contains("OceanBase", StringComparison.OrdinalIgnoreCase))
        {
            return MySqlServerKind.OceanBase;
        }

        return version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            || comment.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            ? MySqlServerKind.MariaDb
            : MySqlServerKind.MySql;
    }

    /// <summary>Ends an idle session. Never throws because of the network.</summary>
    internal static async Task CloseAsync(ServerLink? link, Driver.MySqlConnection? driver)
    {
        if (driver is not null)
        {
            try
            {
                await driver.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
                when (link is not null && Failures.Translate(exception, link, prefix: "") is not null)
            {
                // The session is lost anyway.
            }
        }

        if (link is not null)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        Link = await ServerLink.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(static l => ((ServerLink)l!).End(), Link);
        Link.Allow(AnswerBytes);
        await Link.LogInAsync(
            path =>
            {
                DriverConnection = new Driver.MySqlConnection(Connection(path));
                return DriverConnection.OpenAsync(CancellationToken.None);
            },
            cancellationToken).ConfigureAwait(false);
        await IntroduceAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    internal Task AbandonAsync()
    {
        Link?.End();
        return CloseAsync(Link, DriverConnection);
    }

    // Asked by statement, not taken from the handshake, because a proxy answers the handshake itself.
    private async Task IntroduceAsync()
    {
        await using var command = DriverConnection!.CreateCommand();
        command.CommandText = "SELECT CONNECTION_ID(), VERSION(), @@version_comment";
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        string[] answer = await reader.ReadAsync().ConfigureAwait(false)
            ? [.. Enumerable.Range(0, reader.FieldCount).Select(Text)]
            : [];
        if (answer is not [var number, { Length: <= LongestText } version, { Length: <= LongestText } comment]
            || !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            throw new LinkRefusedException(
                "The server did not say its version and the session's number.", MySqlException.Malformed);
        }

        (ConnectionId, Version, Kind) = (id, version, KindOf(version, comment));

        string Text(int column) => FormattableString.Invariant($"{reader.GetValue(column)}");
    }

    private string Connection(string path) => new Driver.MySqlConnectionStringBuilder
    {
        // The other end of the socket file is ServerLink, which also applies every time limit and decides about TLS and
        // the login.
        Server = path,
        ConnectionProtocol = Driver.MySqlConnectionProtocol.UnixSocket,
        UserID = options.UserID,
        Password = options.Password,
        Database = options.Database,
        ApplicationName = options.ApplicationName,
        SslMode = Driver.MySqlSslMode.None,
        ConnectionTimeout = 0,
        DefaultCommandTimeout = 0,
        CancellationTimeout = -1,

        // One session, which is never reset, pinged or opened again.
        Pooling = false,
        ConnectionReset = false,
        AutoEnlist = false,
        ServerRedirectionMode = Driver.MySqlServerRedirectionMode.Disabled,

        // Proxies and OceanBase answer one request at a time.
        Pipelining = false,
        UseCompression = false,

        AllowPublicKeyRetrieval = false,
        AllowLoadLocalInfile = false,
        IgnorePrepare = false,
        IgnoreCommandTransaction = true,

        // An UPDATE counts the rows that were matched, so a compare-and-swap that writes the same value still counts 1.
        UseAffectedRows = false,

        // StatementRules and MySqlDataReader decide about these.
        AllowUserVariables = true,
        AllowZeroDateTime = true,
        TreatTinyAsBoolean = false,
        GuidFormat = Driver.MySqlGuidFormat.None,
    }.ConnectionString;
}
