namespace Drydock.Clients.MySql.Transport;

/// <summary>The connection between the package and a server. The package connects to a socket file of this process, and
/// every byte passes through here, because the package has no means to close a session from outside while it waits for
/// the server, to limit what a server sends, or to choose which login methods are allowed.</summary>
internal sealed class ServerLink : IAsyncDisposable
{
    private const int BufferBytes = 1 << 16;

    private static readonly TimeSpan QuitTime = TimeSpan.FromSeconds(1);

    private readonly MySqlConnectionStringBuilder _options;
    private readonly Socket _remote;
    private readonly CancellationTokenSource _ending = new();
    private readonly PacketSizes _packets;
    private Socket? _local;
    private Stream? _server;
    private Stream? _client;
    private Task _fromServer = Task.CompletedTask;
    private Task _toServer = Task.CompletedTask;
    private LinkRefusedException? _refusal;
    private long _budget = long.MaxValue;
    private long _limit;

    private ServerLink(MySqlConnectionStringBuilder options, Socket remote)
    {
        (_options, _remote) = (options, remote);
        _packets = new PacketSizes(options.MaximumPacket);
    }

    internal LinkRefusedException? Refusal => _refusal;

    internal bool HasEnded => _ending.IsCancellationRequested;

    internal string? Cipher => (_server as SslStream)?.NegotiatedCipherSuite.ToString();

    /// <summary>The server's end of the connection; null for a socket file.</summary>
    internal IPEndPoint? Peer { get; private set; }

    internal static async Task<ServerLink> ConnectAsync(
        MySqlConnectionStringBuilder options, CancellationToken cancellationToken)
    {
        ServerTls.Check(options);
        try
        {
            if ((options.UnixSocket is { Length: > 0 } path ? path : options.RelaySocket) is { Length: > 0 } socketFile)
            {
                var file = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                return await ConnectedAsync(
                    options, file, new UnixDomainSocketEndPoint(socketFile), cancellationToken)
                        .ConfigureAwait(false);
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
                        options, socket, new IPEndPoint(addresses[i], (int)options.Port), cancellationToken)
                            .ConfigureAwait(false);
                }
                catch (SocketException) when (i + 1 < addresses.Length)
                {
                    // The next address of the host may answer.
                }
            }
        }
        catch (SocketException exception)
        {
            throw new LinkRefusedException(
                exception.Message,
                exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                    ? MySqlException.UnknownHost
                    : MySqlException.CannotConnect,
                exception);
        }
    }

    /// <summary>Accepts the package's connection, carries its login and then everything else. If that fails, both ends
    /// are closed.</summary>
    /// <exception cref="LinkRefusedException">This side ended the login.</exception>
    internal async Task LogInAsync(Func<string, Task> connect, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static link => ((ServerLink)link!).End(), this);
        var folder = Directory.CreateTempSubdirectory("drydock-sql-");
        try
        {
            Task connecting;
            using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                var path = Path.Combine(folder.FullName, "s");
                listener.Bind(new UnixDomainSocketEndPoint(path));
                listener.Listen(1);
                connecting = connect(path);
                _local = await listener.AcceptAsync(_ending.Token).ConfigureAwait(false);
            }

            folder.Delete(recursive: true);
            await Task.WhenAll(RelayAsync(), connecting).ConfigureAwait(false);
        }
        catch
        {
            End();
            throw;
        }
        finally
        {
            if (Directory.Exists(folder.FullName))
            {
                folder.Delete(recursive: true);
            }
        }
    }

    /// <summary>Bytes that the server may send until the next call of this; more end the connection. 0 for no
    /// limit.</summary>
    internal void Allow(long bytes)
    {
        Interlocked.Exchange(ref _limit, bytes);
        Interlocked.Exchange(ref _budget, bytes == 0 ? long.MaxValue : bytes);
    }

    /// <summary>Ends the connection because of this; only the first reason counts.</summary>
    internal void Refuse(LinkRefusedException reason)
    {
        Interlocked.CompareExchange(ref _refusal, reason, comparand: null);
        End();
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
        await Task.WhenAll(_fromServer, _toServer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<ServerLink> ConnectedAsync(
        MySqlConnectionStringBuilder options, Socket socket, EndPoint address, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new ServerLink(options, socket) { Peer = Mapped(socket.RemoteEndPoint) };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IPEndPoint? Mapped(EndPoint? peer) => peer is not IPEndPoint ip ? null
        : ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port)
        : ip;

    private async Task RelayAsync()
    {
        try
        {
            _client = new NetworkStream(_local!, ownsSocket: false);
            var login = new ServerLogin(new NetworkStream(_remote, ownsSocket: false), _client, _options);
            try
            {
                await login.RunAsync(_ending.Token).ConfigureAwait(false);
            }
            finally
            {
                _server = login.Server;
            }
        }
        catch (LinkRefusedException refusal)
        {
            Refuse(refusal);
            throw;
        }
        catch
        {
            End();
            throw;
        }

        _fromServer = PumpAsync(_server!, _client, isAnswer: true);
        _toServer = PumpAsync(_client, _server!, isAnswer: false);
    }

    private async Task PumpAsync(Stream source, Stream target, bool isAnswer)
    {
        await Task.Yield();
        var buffer = new byte[BufferBytes];
        try
        {
            while (await source.ReadAsync(buffer, _ending.Token).ConfigureAwait(false) is > 0 and var read)
            {
                if (isAnswer && !IsAcceptable(buffer.AsSpan(0, read)))
                {
                    return;
                }

                await target.WriteAsync(buffer.AsMemory(0, read), _ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or OperationCanceledException)
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
        if (!_packets.Look(data))
        {
            Refuse(new LinkRefusedException(
                FormattableString.Invariant(
                    $"The server sends a row or packet of more than {_options.MaximumPacket} bytes, the limit."),
                MySqlException.AnswerTooLarge));
            return false;
        }

        if (Interlocked.Add(ref _budget, -data.Length) < 0)
        {
            Refuse(new LinkRefusedException(
                FormattableString.Invariant(
                    $"The statement returned more than {_limit} bytes, the limit of this command."),
                MySqlException.AnswerTooLarge));
            return false;
        }

        return true;
    }
}

/// <summary>This side ended the connection. The number is the one that MariaDB's client library gives the
/// error.</summary>
internal sealed class LinkRefusedException(string message, int number, Exception? innerException = null)
    : Exception(message, innerException)
{
    internal int Number { get; } = number;
}
