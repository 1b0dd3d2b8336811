using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Drydock.Clients.MySql.Native;

/// <summary>A <c>MYSQL*</c>. One thread at a time, any thread.</summary>
internal sealed class NativeConnection : SafeHandle
{
    // Nothing that would hand the password itself to a server that only asks for it (mysql_clear_password, dialog).
    private const string AuthPlugins = "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password,auth_socket,unix_socket";

    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private static readonly Lazy<int> LibraryInit = new(static () => NativeMethods.mysql_server_init(0, 0, 0));

    public NativeConnection()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Connects and logs in; blocks for at most the connect timeout.</summary>
    /// <exception cref="MySqlException">As the server or the library says.</exception>
    internal static NativeConnection Connect(MySqlConnectionStringBuilder options)
    {
        if (LibraryInit.Value != 0)
        {
            throw new MySqlException("libmariadb.so.3 could not be initialised.");
        }

        var connection = new NativeConnection();
        try
        {
            connection.SetHandle(NativeMethods.mysql_init(0));
            if (connection.IsInvalid)
            {
                throw new MySqlException("libmariadb.so.3 is out of memory.");
            }

            connection.SetOptions(options);
            var flags = NativeMethods.ClientFoundRows | NativeMethods.ClientMultiResults | NativeMethods.ClientPreparedMultiResults;
            if (options.AllowMultipleStatements)
            {
                flags |= NativeMethods.ClientMultiStatements;
            }

            var useSocket = options.UnixSocket.Length > 0;
            if (NativeMethods.mysql_real_connect(
                    connection,
                    useSocket ? null : options.Server,
                    options.UserID,
                    options.Password,
                    options.Database.Length == 0 ? null : options.Database,
                    options.Port,
                    useSocket ? options.UnixSocket : null,
                    flags) == 0)
            {
                throw connection.Error($"Cannot connect to {options.Describe()}: ");
            }

            // The library opens sockets that children would inherit.
            _ = NativeMethods.fcntl(NativeMethods.mysql_get_socket(connection), SetDescriptorFlags, CloseOnExec);

            if (options.SslMode != MySqlSslMode.Disabled && NativeMethods.mysql_get_ssl_cipher(connection) == 0)
            {
                throw new MySqlException($"Cannot connect to {options.Describe()}: SSL Mode is {options.SslMode} but the server offers no TLS.", 2026, "HY000", innerException: null);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The last error of this connection as an exception.</summary>
    internal MySqlException Error(string prefix = "") => new(
        prefix + Text(NativeMethods.mysql_error(this)),
        (int)NativeMethods.mysql_errno(this),
        Text(NativeMethods.mysql_sqlstate(this)),
        innerException: null);

    /// <summary>Runs one text-protocol statement without looking at its results beyond the status.</summary>
    internal unsafe void Send(ReadOnlySpan<byte> sql)
    {
        fixed (byte* p = sql)
        {
            if (NativeMethods.mysql_real_query(this, p, (nuint)sql.Length) != 0)
            {
                throw Error();
            }
        }
    }

    /// <summary>Ends KILLed or hanging I/O: whatever waits in the library on this connection returns with an error.</summary>
    internal void ShutdownSocket()
    {
        var socket = NativeMethods.mysql_get_socket(this);
        if (socket >= 0)
        {
            _ = NativeMethods.shutdown(socket, 2);
        }
    }

    internal unsafe bool NoBackslashEscapes()
    {
        uint status = 0;
        return NativeMethods.mariadb_get_info(this, NativeMethods.InfoServerStatus, &status) == 0
            && (status & NativeMethods.ServerStatusNoBackslashEscapes) != 0;
    }

    internal string? Cipher() => NativeMethods.mysql_get_ssl_cipher(this) is var p && p != 0 ? Text(p) : null;

    internal static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "";

    protected override bool ReleaseHandle()
    {
        NativeMethods.mysql_close(handle);
        return true;
    }

    private void SetOptions(MySqlConnectionStringBuilder options)
    {
        Set(NativeOption.ConnectTimeout, options.ConnectionTimeout);
        if (options.ReadTimeout > 0)
        {
            Set(NativeOption.ReadTimeout, options.ReadTimeout);
        }

        if (options.WriteTimeout > 0)
        {
            Set(NativeOption.WriteTimeout, options.WriteTimeout);
        }

        Set(NativeOption.Reconnect, on: false);
        Set(NativeOption.LocalInfile, 0u);
        Set(NativeOption.CharsetName, "utf8mb4");
        Set(NativeOption.RestrictedAuth, AuthPlugins);
        Set(NativeOption.MaxAllowedPacket, 1UL << 30);
        Set(NativeOption.Protocol, options.UnixSocket.Length > 0 ? 2u : 1u);
        _ = NativeMethods.mysql_options4(this, NativeOption.ConnectAttrAdd, "program_name", options.ApplicationName);
        SetTls(options);
    }

    private void SetTls(MySqlConnectionStringBuilder options)
    {
        var mode = options.SslMode;
        if (mode == MySqlSslMode.Disabled)
        {
            return;
        }

        if (mode == MySqlSslMode.VerifyCA && options.SslCa.Length == 0)
        {
            throw new ArgumentException("SSL Mode VerifyCA needs SSL CA, the path of a PEM file with the CAs to trust.", nameof(options));
        }

        Set(NativeOption.SslEnforce, on: true);

        // A CA makes the library verify the chain; the host name is compared only when asked for as well.
        if (mode != MySqlSslMode.Required && options.SslCa.Length > 0)
        {
            Set(NativeOption.SslCa, Existing("SSL CA", options.SslCa));
        }

        if (options.SslCert.Length > 0)
        {
            Set(NativeOption.SslCert, Existing("SSL Cert", options.SslCert));
        }

        if (options.SslKey.Length > 0)
        {
            Set(NativeOption.SslKey, Existing("SSL Key", options.SslKey));
        }

        Set(NativeOption.SslVerifyServerCert, on: mode == MySqlSslMode.VerifyFull);
    }

    private static string Existing(string key, string path) => File.Exists(path)
        ? path
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{key} '{path}' is no file."), nameof(path));

    private unsafe void Set(NativeOption option, uint value) => Check(option, NativeMethods.mysql_options(this, option, &value));

    private unsafe void Set(NativeOption option, ulong value) => Check(option, NativeMethods.mysql_options(this, option, &value));

    private unsafe void Set(NativeOption option, bool on)
    {
        var value = on ? (byte)1 : (byte)0;
        Check(option, NativeMethods.mysql_options(this, option, &value));
    }

    private unsafe void Set(NativeOption option, string value)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(value) + 1];
        Encoding.UTF8.GetBytes(value, bytes);
        fixed (byte* p = bytes)
        {
            Check(option, NativeMethods.mysql_options(this, option, p));
        }
    }

    private static void Check(NativeOption option, int result)
    {
        if (result != 0)
        {
            throw new MySqlException($"libmariadb.so.3 does not know the option {option}.");
        }
    }
}
