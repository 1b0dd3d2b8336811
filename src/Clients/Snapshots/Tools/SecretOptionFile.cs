namespace Drydock.Clients.Snapshots;

/// <summary>The option file (mode 0600) that tells a child the server and the password. It exists in memory without a
/// name and disappears when it is disposed or this process ends in any way.</summary>
internal sealed class SecretOptionFile : IDisposable
{
    // Neither a statement nor a server may read a file of this pod (LOAD DATA LOCAL).
    private const string NoLocalFiles = "[mysql]\nlocal-infile=0\n[mydumper]\nlocal-infile=0\n";

    private readonly MemoryFile _file;
    private readonly MemoryFile? _authority;

    private SecretOptionFile(MemoryFile file, MemoryFile? authority, MySqlConnectionStringBuilder connection) =>
        (_file, _authority, Connection) = (file, authority, connection);

    internal string Path => _file.Path;

    internal MySqlConnectionStringBuilder Connection { get; }

    public void Dispose()
    {
        _file.Dispose();
        _authority?.Dispose();
    }

    /// <param name="connection">The server and the user.</param>
    /// <param name="flavour">The vendor of the client library that reads it.</param>
    /// <param name="initCommand">A statement that every session of mydumper runs at login; null for other
    /// tools.</param>
    internal static SecretOptionFile Create(
        MySqlConnectionStringBuilder connection, ToolVendor flavour, string? initCommand = null)
    {
        MemoryFile? authority = null;
        try
        {
            if (connection.SslCaPem.Length > 0)
            {
                authority = MemoryFile.Create("drydock-ca", Encoding.UTF8.GetBytes(connection.SslCaPem));
                connection = new MySqlConnectionStringBuilder(connection) { SslCa = authority.Path };
            }

            // mydumper hands the file to the client library, which reads [client]; mysqldump fails on an unknown option
            // there.
            var text = Text(connection, flavour);
            text = initCommand is null ? text : $"{text}local-infile=0\ninit-command={Quote(initCommand)}\n";
            return new SecretOptionFile(
                MemoryFile.Create("drydock-options", Encoding.UTF8.GetBytes(text + NoLocalFiles)),
                authority,
                connection);
        }
        catch
        {
            authority?.Dispose();
            throw;
        }
    }

    internal static string Text(MySqlConnectionStringBuilder connection, ToolVendor flavour)
    {
        var text = new StringBuilder("[client]\n");
        if (connection.UnixSocket.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"protocol=socket\nsocket={Quote(connection.UnixSocket)}\n");
        }
        else
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"protocol=tcp\nhost={Quote(connection.Server)}\nport={connection.Port}\n");
        }

        text.Append(
            CultureInfo.InvariantCulture, $"user={Quote(connection.UserID)}\npassword={Quote(connection.Password)}\n");
        Tls(text, connection, flavour);
        return text.ToString();
    }

    private static void Tls(StringBuilder text, MySqlConnectionStringBuilder connection, ToolVendor flavour)
    {
        var mode = connection.SslMode;
        if (flavour == ToolVendor.MySql)
        {
            text.Append("ssl-mode=").Append(mode switch
            {
                MySqlSslMode.Disabled => "DISABLED",
                MySqlSslMode.Required => "REQUIRED",
                MySqlSslMode.VerifyCA => "VERIFY_CA",
                _ => "VERIFY_IDENTITY",
            }).Append('\n');
        }
        else if (mode == MySqlSslMode.Disabled)
        {
            text.Append("skip-ssl\n");
        }
        else
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"ssl\nssl-verify-server-cert={(mode == MySqlSslMode.VerifyFull ? 1 : 0)}\n");
        }

        if (mode == MySqlSslMode.Disabled)
        {
            return;
        }

        if (mode != MySqlSslMode.Required && connection.SslCa.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"ssl-ca={Quote(connection.SslCa)}\n");
        }

        if (connection.SslCert.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"ssl-cert={Quote(connection.SslCert)}\n");
        }

        if (connection.SslKey.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"ssl-key={Quote(connection.SslKey)}\n");
        }
    }

    // In double quotes: backslash escapes work, '#' does not start a comment, blanks are kept.
    private static string Quote(string value) => '"' + value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal) + '"';
}
