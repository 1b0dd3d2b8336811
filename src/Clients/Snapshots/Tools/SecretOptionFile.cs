using System.Globalization;
using System.Text;
using Drydock.Clients.MySql;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The option file (mode 0600) by which a child learns where to connect and with which password. It lives in memory
/// without a name and is gone when it is disposed or this process ends, however it ends.
/// </summary>
internal sealed class SecretOptionFile : IDisposable
{
    // A statement, or a server that answers a statement with a wish, must not get a file of this pod.
    private const string NoLocalFiles = "[mysql]\nlocal-infile=0\n[mydumper]\nlocal-infile=0\n[myloader]\nlocal-infile=0\n";

    private readonly MemoryFile _file;
    private readonly MemoryFile? _authority;

    private SecretOptionFile(MemoryFile file, MemoryFile? authority, MySqlConnectionStringBuilder connection) =>
        (_file, _authority, Connection) = (file, authority, connection);

    /// <summary>Where the child finds it while it lives.</summary>
    internal string Path => _file.Path;

    /// <summary>
    /// The connection as the child makes it: the authority to trust is a file that lives as long as this.
    /// </summary>
    internal MySqlConnectionStringBuilder Connection { get; }

    public void Dispose()
    {
        _file.Dispose();
        _authority?.Dispose();
    }

    /// <param name="connection">Where to and as whom.</param>
    /// <param name="flavour">Whose client library will read it.</param>
    /// <param name="initCommand">One statement that every session of mydumper and myloader runs at login; null: it is
    /// another tool.</param>
    internal static SecretOptionFile Create(
        MySqlConnectionStringBuilder connection, ToolFlavour flavour, string? initCommand = null)
    {
        MemoryFile? authority = null;
        try
        {
            if (connection.SslCaPem.Length > 0)
            {
                authority = MemoryFile.Create("drydock-ca", Encoding.UTF8.GetBytes(connection.SslCaPem));
                connection = new MySqlConnectionStringBuilder(connection) { SslCa = authority.Path };
            }

            // mydumper and myloader hand the file to the client library, which reads [client]; mysqldump ends at an
            // option there that it does not know.
            var text = Text(connection, flavour);
            text = initCommand is null ? text : $"{text}local-infile=0\ninit-command={Quote(initCommand)}\n";
            return new SecretOptionFile(MemoryFile.Create("drydock-options", Encoding.UTF8.GetBytes(text + NoLocalFiles)), authority, connection);
        }
        catch
        {
            authority?.Dispose();
            throw;
        }
    }

    internal static string Text(MySqlConnectionStringBuilder connection, ToolFlavour flavour)
    {
        var text = new StringBuilder("[client]\n");
        if (connection.UnixSocket.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"protocol=socket\nsocket={Quote(connection.UnixSocket)}\n");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"protocol=tcp\nhost={Quote(connection.Server)}\nport={connection.Port}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"user={Quote(connection.UserID)}\npassword={Quote(connection.Password)}\n");
        Tls(text, connection, flavour);
        return text.ToString();
    }

    private static void Tls(StringBuilder text, MySqlConnectionStringBuilder connection, ToolFlavour flavour)
    {
        var mode = connection.SslMode;
        if (flavour == ToolFlavour.MySql)
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
            text.Append(CultureInfo.InvariantCulture, $"ssl\nssl-verify-server-cert={(mode == MySqlSslMode.VerifyFull ? 1 : 0)}\n");
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

    // In double quotes: backslash escapes are read, '#' begins no comment, blanks stay.
    private static string Quote(string value) => '"' + value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal) + '"';
}
