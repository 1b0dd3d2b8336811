using System.Net.Sockets;

namespace Drydock.Lab;

/// <summary>
/// A stand-in for OceanBase in MySQL mode behind its proxy: a proxy before a MariaDB that answers the questions in
/// which OceanBase differs and passes on everything else. It is not OceanBase: it shows that the product copes with the
/// answers that public sources describe.
/// </summary>
public sealed class OceanBaseProxy : IAsyncDisposable
{
    private const byte ComQuery = 0x03;
    private const byte ComPrepare = 0x16;
    private const int TlsAndCompression = 0x800 | 0x20;

    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _sessions = [];
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private int _proxySessions;

    /// <summary>Starts it.</summary>
    /// <param name="host">Address of the MariaDB.</param>
    /// <param name="port">Its port.</param>
    /// <param name="behaviour">How it answers.</param>
    /// <param name="address">The address to listen on; null for the loopback.</param>
    public OceanBaseProxy(string host, int port, OceanBaseBehaviour? behaviour = null, IPAddress? address = null)
    {
        (_host, _port) = (host, port);
        Behaviour = behaviour ?? OceanBaseBehaviour.V3;
        var end = new IPEndPoint(address ?? IPAddress.Loopback, 0);
        _listener = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(end);
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    /// <summary>How it answers from the next statement on.</summary>
    public OceanBaseBehaviour Behaviour { get; set; }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Every statement that was answered or passed on, as the client sent it.</summary>
    public ConcurrentQueue<string> Statements { get; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_sessions.Values);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stopping.Token);
                var number = Interlocked.Increment(ref _proxySessions);
                _sessions[number] = Task.Run(() => ServeAsync(client, number));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The proxy stops, or the client disconnected before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client, int number)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(_host, _port, _stopping.Token);
            await using var clientStream = new NetworkStream(client, ownsSocket: true);
            await using var serverStream = new NetworkStream(server, ownsSocket: true);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            var fromServer = new WireReader(serverStream);
            var greeting = await SqlPacket.ReadAsync(fromServer, end.Token)
                ?? throw new EndOfStreamException("The server closed the connection");
            await clientStream.WriteAsync(Greeting(greeting, number).ToBytes(), end.Token);
            var up = UpAsync(new WireReader(clientStream), serverStream, clientStream, end.Token);
            var down = fromServer.CopyToEndAsync(
                async piece => await clientStream.WriteAsync(piece, end.Token), end.Token);
            await Task.WhenAny(up, down);
            await end.CancelAsync();
            server.Close();
            client.Close();
            await Task.WhenAll(up, down).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        catch (Exception e)
            when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has ended the connection, or the proxy stops.
        }
        finally
        {
            client.Dispose();
            _sessions.TryRemove(number, out _);
        }
    }

    // The version, the proxy's own number of the session, and neither TLS nor compression, which would hide statements.
    private SqlPacket Greeting(SqlPacket greeting, int number)
    {
        if (greeting.First != 10)
        {
            return greeting;
        }

        var rest = greeting.Payload.AsSpan(Array.IndexOf(greeting.Payload, (byte)0) + 1).ToArray();
        rest[0] = (byte)number;
        rest[1] = (byte)(number >> 8);
        (rest[2], rest[3]) = (0, 0);
        rest[13] &= unchecked((byte)~TlsAndCompression);
        rest[14] &= unchecked((byte)~(TlsAndCompression >> 8));
        return new SqlPacket(greeting.Sequence, [10, .. Encoding.ASCII.GetBytes(Behaviour.Version), 0, .. rest]);
    }

    private async Task UpAsync(WireReader client, Stream server, Stream answers, CancellationToken cancellationToken)
    {
        var loggedIn = false;
        while (await SqlPacket.ReadAsync(client, cancellationToken) is { } packet)
        {
            if (!loggedIn)
            {
                loggedIn = true;
                packet = WithoutTenant(packet);
            }
            else if (packet is { Sequence: 0, Continues: false, First: ComQuery or ComPrepare })
            {
                var sql = Encoding.UTF8.GetString(packet.Payload.AsSpan(1));
                Statements.Enqueue(sql);
                var answer = OceanBaseAnswers.To(sql, Behaviour);
                if (answer.Error is { } error)
                {
                    await answers.WriteAsync(SqlPacket.Error(1, error.Number, error.Text).ToBytes(), cancellationToken);
                    continue;
                }

                if (answer.Sql != sql)
                {
                    packet = packet with { Payload = [packet.First, .. Encoding.UTF8.GetBytes(answer.Sql)] };
                }
            }

            await server.WriteAsync(packet.ToBytes(), cancellationToken);
        }
    }

    // user@tenant#cluster selects the tenant at the proxy; the server knows the user.
    private static SqlPacket WithoutTenant(SqlPacket login)
    {
        const int Fixed = 32;
        var end = Array.IndexOf(login.Payload, (byte)0, Fixed);
        var at = Array.IndexOf(login.Payload, (byte)'@', Fixed);
        return at < 0 || at > end
            ? login
            : login with { Payload = [.. login.Payload[..at], .. login.Payload[end..]] };
    }
}
