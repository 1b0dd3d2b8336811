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
    private readonly Stream _remote;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-sql-");
    private readonly CancellationTokenSource _ending = new();
    private readonly ServerCertificate? _certificate;
    private readonly LoginGuard? _guard;
    private Stream? _local;
    private Task _carrying = Task.CompletedTask;
    private Task _toServer = Task.CompletedTask;
    private MySqlSessionException? _refusal;
    private long _left = MaximumBytes;

    private ServerLink(MySqlOptions options, Stream remote, ServerCertificate? certificate)
    {
        (_options, _remote, _certificate) = (options, remote, certificate);
        _guard = _certificate is null ? new LoginGuard() : null;
    }

    /// <summary>Why this side ended the connection; null if it did not.</summary>
    internal MySqlSessionException? Refusal => _refusal ?? (_certificate?.Refusal is { } refusal
        ? new MySqlSessionException(refusal, MySqlSessionException.TlsFailed)
        : null);

    /// <summary>Why <see cref="MySqlOptions.Connect"/>'s way to the server broke; null if it did not.</summary>
    internal IOException? Broken { get; private set; }

    /// <summary>Whether the connection shall have TLS and no certificate has come.</summary>
    internal bool AwaitsTls => _certificate is { WasShown: false };

    /// <summary>What signed the certificate of the fingerprint, as PEM; null without a fingerprint.</summary>
    internal string? Authority => _certificate?.Authority;

    internal bool HasEnded => _ending.IsCancellationRequested;

    /// <summary>The server's end of a direct connection; null for one that was opened another way.</summary>
    internal IPEndPoint? Peer { get; private set; }

    /// <exception cref="MySqlSessionException">There is no connection.</exception>
    internal static async Task<ServerLink> ConnectAsync(MySqlOptions options, CancellationToken cancellationToken)
    {
        var certificate = options.Tls.IsOn ? new ServerCertificate(options.Server, options.Tls) : null;
        if (options.Connect is { } connect)
        {
            return new ServerLink(options, await connect(cancellationToken), certificate);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Server, options.Port, cancellationToken);

            // Only then: .NET tries no second address with a socket that has options of which it keeps no account.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return new ServerLink(options, stream, certificate) { Peer = Mapped(socket.RemoteEndPoint) };
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is not SocketException error)
            {
                throw;
            }

            throw new MySqlSessionException(
                error.Message,
                error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                    ? MySqlSessionException.UnknownHost
                    : MySqlSessionException.CannotConnect,
                error);
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
            _local = new NetworkStream(await listener.AcceptAsync(_ending.Token), ownsSocket: true);
        }

        _folder.Delete(recursive: true);
        _toServer = PumpAsync(_local, _remote, isAnswer: false);
        await Task.WhenAll(_toServer, PumpAsync(_remote, _local, isAnswer: true));
    }

    private async Task PumpAsync(Stream source, Stream target, bool isAnswer)
    {
        await Task.Yield();
        var buffer = new byte[BufferBytes];
        try
        {
            while (await source.ReadAsync(buffer, _ending.Token) is > 0 and var read)
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

                await target.WriteAsync(buffer.AsMemory(0, read), _ending.Token);
            }
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is closed; below, the other one is closed too.
            Broken = _options.Connect is not null && !HasEnded ? exception as IOException : Broken;
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
                $"The server sent more than {MaximumBytes >> 20} MiB for one statement.");
            return false;
        }

        return true;
    }
}
