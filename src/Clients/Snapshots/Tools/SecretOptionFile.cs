namespace Drydock.Clients.Snapshots;

/// <summary>The option file (mode 0600) that tells a child the server and the password. It exists in memory without a
/// name and disappears when it is disposed or this process ends in any way.</summary>
internal sealed class SecretOptionFile : IDisposable
{
    // Neither a statement nor a server may read a file of this pod (LOAD DATA LOCAL).
    private const string NoLocalFiles = "[mysql]\nlocal-infile=0\n[mydumper]\nlocal-infile=0\n";

    private readonly MemoryFile _file;
    private readonly MemoryFile? _authority;

    private SecretOptionFile(MemoryFile file, MemoryFile? authority) => (_file, _authority) = (file, authority);

    internal string Path => _file.Path;

    /// <summary>The file with the authorities; null for none.</summary>
    internal string? Authority => _authority?.Path;

    public void Dispose()
    {
        _file.Dispose();
        _authority?.Dispose();
    }

    /// <param name="flavour">The vendor of the client library that reads it.</param>
    /// <param name="initCommand">A statement that every session of mydumper runs at login; null for other
    /// tools.</param>
    internal static async Task<SecretOptionFile> CreateAsync(
        MySqlOptions connection, ToolVendor flavour, CancellationToken cancellationToken, string? initCommand = null)
    {
        var tls = await TlsAsync(connection, cancellationToken);
        MemoryFile? authority = null;
        try
        {
            if (tls is { IsOn: true, Authority: { Length: > 0 } pem })
            {
                authority = MemoryFile.Create("drydock-ca", Encoding.UTF8.GetBytes(pem));
            }

            // mydumper hands the file to the client library, which reads [client]; mysqldump fails on an unknown option
            // there.
            var text = Text(connection, tls.Mode, authority?.Path, flavour);
            text = initCommand is null ? text : $"{text}local-infile=0\ninit-command={Quote(initCommand)}\n";
            return new SecretOptionFile(
                MemoryFile.Create("drydock-options", Encoding.UTF8.GetBytes(text + NoLocalFiles)), authority);
        }
        catch
        {
            authority?.Dispose();
            throw;
        }
    }

    internal static string Text(MySqlOptions connection, MySqlTlsMode mode, string? authority, ToolVendor flavour)
    {
        var server = $"protocol=tcp\nhost={Quote(connection.Server)}\nport={connection.Port}\n";
        return $"[client]\n{server}user={Quote(connection.UserID)}\npassword={Quote(connection.Password)}\n"
            + Tls(mode, flavour)
            + (authority is null ? "" : $"ssl-ca={Quote(authority)}\n");
    }

    // No tool compares a fingerprint.
    private static async Task<MySqlTls> TlsAsync(MySqlOptions connection, CancellationToken cancellationToken)
    {
        if (connection.Tls.Fingerprint is null)
        {
            return connection.Tls;
        }

        await using var session = await MySqlSession.OpenAsync(connection.With(database: ""), cancellationToken);
        return session.ToolTls;
    }

    // MariaDB's library verifies the chain whenever an authority is given, and the name only if it is told so.
    private static string Tls(MySqlTlsMode mode, ToolVendor flavour) => (flavour, mode) switch
    {
        (ToolVendor.MySql, MySqlTlsMode.Disabled) => "ssl-mode=DISABLED\n",
        (ToolVendor.MySql, MySqlTlsMode.VerifyCA) => "ssl-mode=VERIFY_CA\n",
        (ToolVendor.MySql, _) => "ssl-mode=VERIFY_IDENTITY\n",
        (_, MySqlTlsMode.Disabled) => "skip-ssl\n",
        (_, MySqlTlsMode.VerifyCA) => "ssl\nssl-verify-server-cert=0\n",
        _ => "ssl\nssl-verify-server-cert=1\n",
    };

    // In double quotes: backslash escapes work, '#' does not start a comment, blanks are kept.
    private static string Quote(string value) => '"' + value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal) + '"';
}
