using System.Globalization;
using System.Text;
using Drydock.Clients.MySql;
using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The option file (mode 0600) by which a child learns where to connect and with which password. It lives in memory without a name
/// and is gone when it is disposed or this process ends, however it ends.
/// </summary>
internal sealed class SecretOptionFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private SecretOptionFile(SafeFileHandle file, string path)
    {
        _file = file;
        Path = path;
    }

    /// <summary>Where the child finds it while it lives.</summary>
    internal string Path { get; }

    public void Dispose() => _file.Dispose();

    internal static SecretOptionFile Create(MySqlConnectionStringBuilder connection, ToolFlavour flavour)
    {
        var fd = Posix.MemoryFile("drydock-options");
        var file = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            Posix.OwnerOnly(fd);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(Text(connection, flavour)), 0);
            return new SecretOptionFile(file, string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{fd}"));
        }
        catch
        {
            file.Dispose();
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
