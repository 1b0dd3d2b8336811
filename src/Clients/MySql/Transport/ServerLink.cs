using MySqlConnector;

namespace Drydock.Clients.MySql.Transport;

/// <summary>The connection between the package and a server. The package connects to a socket file of this process, and
/// every byte passes through here unchanged, because the package has no means to close a session from outside while it
/// waits for the server, to limit what a server sends, or to choose which login methods are allowed.</summary>
internal sealed class ServerLink : IAsyncDisposable
{
    /// <summary>The longest answer to one request.</summary>
    internal const long MaximumBytes = 32 << 20;

    private const int BufferBytes = 1 << 16;

    private static readonly TimeSpan QuitTime = TimeSpan.FromSeconds(1);

    private readonly MySqlOptions _options;
    private readonly Socket _remote;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-sql-");
    private readonly CancellationTokenSource _ending = new();
    private readonly ServerCertificate? _certificate;
    private readonly LoginGuard? _guard;
    private Socket? _local;
    private Task _carrying = Task.CompletedTask;
    private Task _toServer = Task.CompletedTask;
    private MySqlSessionException? _refusal;
    private long _left = MaximumBytes;

    private ServerLink(MySqlOptions options, Socket remote, ServerCertificate? certificate)
    {
        (_options, _remote, _certificate) = (options, remote, certificate);
        _guard = _certificate is null && options.UnixSocket.Length == 0 ? new LoginGuard() : null;
    }

    /// <summary>Why this side ended the connection; null if it did not.</summary>
    internal MySqlSessionException? Refusal => _refusal ?? (_certificate?.Refusal is { } refusal
        ? new MySqlSessionException(refusal, MySqlSessionException.TlsFailed)
        : null);

    /// <summary>Whether the connection shall have TLS and no certificate has come.</summary>
    internal bool AwaitsTls => _certificate is { WasShown: false };

    /// <summary>What signed the certificate of the fingerprint, as PEM; null without a fingerprint.</summary>
    internal string? Authority => _certificate?.Authority;

    internal bool HasEnded => _ending.IsCancellationRequested;

    /// <summary>The server's end of the connection; null for a socket file.</summary>
    internal IPEndPoint? Peer { get; private set; }

    /// <exception cref="MySqlSessionException">There is no connection.</exception>
    internal static async Task<ServerLink> ConnectAsync(MySqlOptions options, CancellationToken cancellationToken)
    {
        var certificate = options.Tls.IsOn && options.UnixSocket.Length == 0
            ? new ServerCertificate(options.Server, options.Tls)
            : null;
        try
        {
            if ((options.UnixSocket is { Length: > 0 } path ? path : options.RelaySocket) is { Length: > 0 } socketFile)
            {
                var file = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                return await ConnectedAsync(new UnixDomainSocketEndPoint(socketFile), file).ConfigureAwait(false);
            }

            var addresses = await Dns.GetHostAddressesAsync(options.Server, cancellationToken).ConfigureAwait(false);
            for (var i = 0; ; i++)
            {
                try
                {
                    var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    socket.NoDelay = true;
                    socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
                    return await ConnectedAsync(
                        new IPEndPoint(addresses[i], options.Port), socket).ConfigureAwait(false);
                }
                catch (SocketException) when (i + 1 < addresses.Length)
                {
                    // The next address of the host may answer.
                }
            }
        }
        catch (SocketException exception)
        {
            throw new MySqlSessionException(
                exception.Message,
                exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                    ? MySqlSessionException.UnknownHost
                    : MySqlSessionException.CannotConnect,
                exception);
        }

        async Task<ServerLink> ConnectedAsync(EndPoint address, Socket socket)
        {
            try
            {
                await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
                return new ServerLink(options, socket, certificate) { Peer = Mapped(socket.RemoteEndPoint) };
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>The package's connection, which is still to be opened.</summary>
    internal MySqlConnection Driver()
    {
        var path = Path.Combine(_folder.FullName, "s");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        _carrying = CarryAsync(listener);
        return new MySqlConnection(new MySqlConnectionStringBuilder
        {
            // The other end of the socket file is this, which also applies every time limit.
            Server = path,
            ConnectionProtocol = MySqlConnectionProtocol.UnixSocket,
            UserID = _options.UserID,
            Password = _options.Password,
            Database = _options.Database,
            ApplicationName = _options.ApplicationName,

            // The callback verifies before the login; the package itself would do it afterwards.
            SslMode = _certificate is null ? MySqlSslMode.None : MySqlSslMode.Required,
            ConnectionTimeout = 0,
            DefaultCommandTimeout = 0,
            CancellationTimeout = -1,

            // One session, which is never reset, pinged or opened again.
            Pooling = false,
            ConnectionReset = false,
            AutoEnlist = false,
            ServerRedirectionMode = MySqlServerRedirectionMode.Disabled,

            // Proxies and OceanBase answer one request at a time.
            Pipelining = false,
            UseCompression = false,

            AllowPublicKeyRetrieval = false,
            AllowLoadLocalInfile = false,
            IgnorePrepare = false,
            IgnoreCommandTransaction = true,

            // An UPDATE counts the rows that were matched, so a compare-and-swap that writes the same value still
            // counts 1.
            UseAffectedRows = false,
            AllowUserVariables = false,
            AllowZeroDateTime = true,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,
        }.ConnectionString)
        {
            RemoteCertificateValidationCallback = _certificate is null ? null : _certificate.IsAccepted,
        };
    }

    /// <summary>Ends the connection because of this; only the first reason counts.</summary>
    internal MySqlSessionException Refuse(int number, string reason)
    {
        var refusal = new MySqlSessionException(reason, number);
        Interlocked.CompareExchange(ref _refusal, refusal, comparand: null);
        End();
        return _refusal;
    }

    internal void End()
    {
        _ending.Cancel();
        _remote.Dispose();
        _local?.Dispose();
    }

    /// <summary>Waits until the server has got the package's last words, then closes both ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _toServer.WaitAsync(QuitTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End();
        await _carrying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Directory.Exists(_folder.FullName))
        {
            _folder.Delete(recursive: true);
        }
    }

    private static IPEndPoint? Mapped(EndPoint? peer) => peer is not IPEndPoint ip ? null
        : ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port)
        : ip;

    // One connection of the package, and no second one.
    private async Task CarryAsync(Socket listener)
    {
        using (listener)
        {
            _local = await listener.AcceptAsync(_ending.Token).ConfigureAwait(false);
        }

        _folder.Delete(recursive: true);
        _toServer = PumpAsync(_local, _remote, isAnswer: false);
        await Task.WhenAll(_toServer, PumpAsync(_remote, _local, isAnswer: true)).ConfigureAwait(false);
    }

    private async Task PumpAsync(Socket source, Socket target, bool isAnswer)
    {
        await Task.Yield();
        var buffer = new byte[BufferBytes];
        try
        {
            while (await source.ReceiveAsync(buffer, _ending.Token).ConfigureAwait(false) is > 0 and var read)
            {
                if (isAnswer && !IsAcceptable(buffer.AsSpan(0, read)))
                {
                    return;
                }

                if (!isAnswer)
                {
                    // A new request.
                    Interlocked.Exchange(ref _left, MaximumBytes);
                }

                for (var sent = 0; sent < read;)
                {
                    sent += await target.SendAsync(buffer.AsMemory(sent, read - sent), _ending.Token)
                        .ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception)
            when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is closed; below, the other one is closed too.
        }
        finally
        {
            End();
        }
    }

    private bool IsAcceptable(ReadOnlySpan<byte> data)
    {
        if (_guard?.Look(data) is { } danger)
        {
            Refuse(MySqlSessionException.AuthenticationRefused, danger);
            return false;
        }

        if (Interlocked.Add(ref _left, -data.Length) < 0)
        {
            Refuse(
                MySqlSessionException.AnswerTooLarge,
                FormattableString.Invariant($"The server sent more than {MaximumBytes >> 20} MiB for one statement."));
            return false;
        }

        return true;
    }
}
