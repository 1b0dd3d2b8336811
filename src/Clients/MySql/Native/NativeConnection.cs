using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Drydock.Clients.Safety;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// A <c>MYSQL*</c>. Used by one thread at a time, any thread; <see cref="Socket"/> ends a call from another thread.
/// </summary>
internal sealed class NativeConnection : SafeHandle
{
    private const string Native = "mysql_native_password";

    // Challenge-response methods: they prove the password without revealing it.
    private static readonly string[] Challenges = [Native, "client_ed25519"];

    // Over TLS these two send the password itself, so only to a server whose certificate was verified. Over TCP without
    // TLS the first one is used only as a challenge response (ensured by LoginWatch). Never:
    // mysql_clear_password, dialog, mysql_old_password.
    private static readonly string[] Plain = [.. Challenges, "caching_sha2_password"];
    private static readonly string[] Verified = [.. Plain, "sha256_password"];
    private static readonly string[] Local = [.. Verified, "auth_socket", "unix_socket"];

    private static readonly Lazy<int> LibraryInit =
        new(static () => NativeMethods.mysql_server_init(0, 0, 0) is not 0 and var e ? e : IoHooks.Register());

    private readonly MySqlConnectionStringBuilder _options;

    /// <summary>Not connected yet.</summary>
    internal NativeConnection(MySqlConnectionStringBuilder options)
        : base(0, ownsHandle: true)
    {
        _options = options;
        Channel = (options.UnixSocket.Length > 0, options.SslMode) switch
        {
            (true, _) => LoginChannel.UnixSocket,
            (_, MySqlSslMode.Disabled) => LoginChannel.Plain,
            (_, MySqlSslMode.Required) => LoginChannel.Tls,
            _ => LoginChannel.VerifiedTls,
        };
        var plugins = Channel switch
        {
            LoginChannel.UnixSocket => Local,
            LoginChannel.Plain => Plain,
            LoginChannel.Tls => Challenges,
            _ => Verified,
        };
        Socket = new SocketGuard(
            options.ReadTimeout, options.WriteTimeout, options.MaximumPacket, new LoginWatch(Channel, plugins));
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Ends the I/O of this connection, from any thread.</summary>
    internal SocketGuard Socket { get; }

    /// <summary>
    /// No call is running, so closing may send COM_QUIT; otherwise the socket is shut down first.
    /// </summary>
    internal bool IsQuiet { get; set; }

    private LoginChannel Channel { get; }

    /// <summary>
    /// Connects and logs in; blocks until <see cref="SocketGuard.End"/> at the latest, or as long as resolving the name
    /// takes.
    /// </summary>
    /// <exception cref="MySqlException">The error of the server or the library.</exception>
    internal void Connect(MySqlConnectionStringBuilder options)
    {
        if (LibraryInit.Value != 0)
        {
            throw new MySqlException("libmariadb.so.3 could not be initialised.");
        }

        SetHandle(NativeMethods.mysql_init(0));
        if (IsInvalid)
        {
            throw new MySqlException("libmariadb.so.3 is out of memory.");
        }

        // The library reads the authority during the connect.
        using var authority = options.SslCaPem.Length > 0
            ? MemoryFile.Create("drydock-ca", Encoding.UTF8.GetBytes(options.SslCaPem))
            : null;
        SetOptions(options, authority?.Path ?? options.SslCa);
        var flags =
            NativeMethods.ClientFoundRows | NativeMethods.ClientMultiResults | NativeMethods.ClientPreparedMultiResults;
        if (options.AllowMultipleStatements)
        {
            flags |= NativeMethods.ClientMultiStatements;
        }

        var useSocket = options.UnixSocket.Length > 0;
        using var scope = Enter();
        if (NativeMethods.mysql_real_connect(
                this,
                useSocket ? null : options.Server,
                options.UserID,
                options.Password,
                options.Database.Length == 0 ? null : options.Database,
                options.Port,
                useSocket ? options.UnixSocket : null,
                flags) == 0)
        {
            throw Error($"Cannot connect to {options.Describe()}: ");
        }

        Socket.Login.End();
        if (Channel is LoginChannel.Tls or LoginChannel.VerifiedTls && NativeMethods.mysql_get_ssl_cipher(this) == 0)
        {
            throw new MySqlException(
                $"Cannot connect to {options.Describe()}: SSL Mode is {options.SslMode} but the session has no TLS.",
                2026,
                "HY000",
                innerException: null);
        }
    }

    /// <summary>
    /// Library calls of this thread belong to this connection until the scope is disposed of; the server may
    /// send one answer.
    /// </summary>
    internal IoHooks.Scope Enter()
    {
        AllowAnswer();
        return IoHooks.Enter(Socket);
    }

    /// <summary>
    /// The server may send one more answer: a row, or the columns of a result, with the data sent along.
    /// </summary>
    internal void AllowAnswer() => Socket.Allow((2L * _options.MaximumPacket) + (1 << 20));

    /// <summary>Shuts the socket down if reading would not end.</summary>
    internal void EndUnless(bool atEnd)
    {
        if (!atEnd)
        {
            IsQuiet = false;
            Socket.End();
        }
    }

    /// <summary>The last error of this connection as an exception.</summary>
    internal MySqlException Error(string prefix = "") => Error(
        (int)NativeMethods.mysql_errno(this),
        Text(NativeMethods.mysql_error(this)),
        Text(NativeMethods.mysql_sqlstate(this)),
        prefix);

    /// <summary>
    /// An error of this connection; a refusal by this client takes precedence over the library's error.
    /// </summary>
    internal MySqlException Error(int number, string message, string state, string prefix = "")
    {
        if (Socket.Refusal is { } refusal)
        {
            (number, message, state) = (refusal.Number, refusal.Message, "HY000");
        }

        EndUnless(number != MySqlException.AnswerTooLarge);
        return number == MySqlException.AnswerTooLarge
            ? new MySqlLimitException(
                $"{prefix}{message} The limit of one row or packet is {_options.MaximumPacket} bytes.", number)
            : new MySqlException(prefix + message, number, state, innerException: null);
    }

    /// <summary>Runs one text-protocol statement and reads only its status.</summary>
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

    internal unsafe bool NoBackslashEscapes()
    {
        uint status = 0;
        return NativeMethods.mariadb_get_info(this, NativeMethods.InfoServerStatus, &status) == 0
            && (status & NativeMethods.ServerStatusNoBackslashEscapes) != 0;
    }

    /// <summary>The server's end of the connection; null for a local socket.</summary>
    internal IPEndPoint? Peer() => SocketPeer.Of(NativeMethods.mysql_get_socket(handle));

    internal string? Cipher() => NativeMethods.mysql_get_ssl_cipher(this) is var p && p != 0 ? Text(p) : null;

    internal static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "";

    protected override bool ReleaseHandle()
    {
        // Also runs on the finalizer thread, which must not wait for a server.
        EndUnless(IsQuiet);
        using (Enter())
        {
            NativeMethods.mysql_close(handle);
        }

        Socket.Close();
        return true;
    }

    private void SetOptions(MySqlConnectionStringBuilder options, string authority)
    {
        Set(NativeOption.ConnectTimeout, options.ConnectionTimeout);
        SetWait();
        Set(NativeOption.Reconnect, on: false);
        Set(NativeOption.LocalInfile, 0u);
        Set(NativeOption.CharsetName, "utf8mb4");

        // Whatever plugin the greeting names, the first answer is a challenge response; the server then requests
        // another plugin if it needs one.
        Set(NativeOption.DefaultAuth, Native);
        Set(NativeOption.MaxAllowedPacket, (ulong)options.MaximumPacket);
        Set(NativeOption.Protocol, options.UnixSocket.Length > 0 ? 2u : 1u);
        _ = NativeMethods.mysql_options4(this, NativeOption.ConnectAttrAdd, "program_name", options.ApplicationName);
        SetTls(options, authority);
    }

    private void SetTls(MySqlConnectionStringBuilder options, string authority)
    {
        var mode = options.SslMode;
        if (mode == MySqlSslMode.Disabled)
        {
            return;
        }

        if (mode == MySqlSslMode.VerifyCA && authority.Length == 0)
        {
            throw new ArgumentException(
                "SSL Mode VerifyCA needs SSL CA, the path of a PEM file with the CAs to trust.", nameof(options));
        }

        Set(NativeOption.SslEnforce, on: true);

        // With a CA the library verifies the chain; the host name is compared only if requested as well.
        if (mode != MySqlSslMode.Required && authority.Length > 0)
        {
            Set(NativeOption.SslCa, Existing("SSL CA", authority));
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
        : throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"{key} '{path}' is not a file."), nameof(path));

    private unsafe void SetWait() =>
        Check(NativeOption.IoWait, NativeMethods.mysql_options(this, NativeOption.IoWait, IoHooks.Callback));

    private unsafe void Set(NativeOption option, uint value) =>
        Check(option, NativeMethods.mysql_options(this, option, &value));

    private unsafe void Set(NativeOption option, ulong value) =>
        Check(option, NativeMethods.mysql_options(this, option, &value));

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
