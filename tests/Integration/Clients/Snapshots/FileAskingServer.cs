using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// A server that lets everybody in and asks the client for a file: in answer to LOAD DATA, or to every statement.
/// </summary>
internal sealed class FileAskingServer : IAsyncDisposable
{
    // Long password, found rows, long flag, database at login, local files, protocol 4.1, transactions, secure
    // connection, several results, plugins.
    private const uint Capabilities = 0x1 | 0x2 | 0x4 | 0x8 | 0x80 | 0x200 | 0x2000 | 0x8000 | 0x20000 | 0x80000;

    private const byte Quit = 1;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _clients = [];
    private readonly string _file;
    private readonly bool _always;
    private readonly Task _accepting;
    private readonly MemoryStream _received = new();
    private int _connections;

    internal FileAskingServer(string file, bool always)
    {
        (_file, _always) = (file, always);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal MySqlOptions Options => new()
    {
        Server = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        UserID = "u",
        Password = "p",
    };

    internal int Connections => Volatile.Read(ref _connections);

    internal ConcurrentQueue<string> Statements { get; } = new();

    /// <summary>How often it asked for the file.</summary>
    internal int Asked { get; private set; }

    /// <summary>What it was given.</summary>
    internal byte[] Received
    {
        get
        {
            lock (_received)
            {
                return _received.ToArray();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _clients.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Disposed of.
            return;
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                await WriteAsync(stream, 0, Greeting());
                await ReadAsync(stream);
                await WriteAsync(stream, 2, Fine);
                while ((await ReadAsync(stream)).Payload is [not Quit, ..] command
                    && await AnswerAsync(stream, command))
                {
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or EndOfStreamException)
            {
                // The client went away.
                return;
            }
        }
    }

    // Whether the connection goes on.
    private async Task<bool> AnswerAsync(NetworkStream stream, byte[] command)
    {
        var statement = command[0] == 3 ? Encoding.UTF8.GetString(command.AsSpan(1)) : "";
        Statements.Enqueue(statement);
        if (statement.StartsWith("LOAD", StringComparison.OrdinalIgnoreCase) || (_always && statement.Length > 0))
        {
            Asked++;
            await WriteAsync(stream, 1, [0xFB, .. Encoding.UTF8.GetBytes(_file)]);
            var (number, piece) = await ReadAsync(stream);
            for (; piece.Length > 0; (number, piece) = await ReadAsync(stream))
            {
                // Pieces of the file continue the numbers of the exchange. A client that sends nothing begins another
                // command, with number 0: it leaves.
                if (number == 0)
                {
                    return false;
                }

                lock (_received)
                {
                    _received.Write(piece);
                }
            }

            await WriteAsync(stream, (byte)(number + 1), Fine);
        }
        else if (statement.StartsWith("SELECT CONNECTION_ID()", StringComparison.Ordinal))
        {
            // The session of the operator asks for the server's version too.
            var columns = statement.Contains("@@version", StringComparison.Ordinal) ? 3 : 2;
            IEnumerable<byte[]> answer =
            [
                [(byte)columns], .. Enumerable.Repeat(Column, columns), End,
                [.. Enumerable.Repeat<byte[]>([1, (byte)'1'], columns).SelectMany(static value => value)], End,
            ];
            foreach (var (index, packet) in answer.Index())
            {
                await WriteAsync(stream, (byte)(index + 1), packet);
            }
        }
        else
        {
            await WriteAsync(stream, 1, Fine);
        }

        return true;
    }

    private static byte[] Fine => [0, 0, 0, 2, 0, 0, 0];

    private static byte[] End => [0xFE, 0, 0, 2, 0];

    private static byte[] Column =>
        [3, .. "def"u8, 0, 0, 0, 1, (byte)'c', 0, 0x0C, 33, 0, 255, 0, 0, 0, 0xFD, 0, 0, 0, 0, 0];

    private static byte[] Greeting()
    {
        var capabilities = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(capabilities, Capabilities);
        return
        [
            10, .. "5.7.40-fake\0"u8, 7, 0, 0, 0, .. "abcdefgh"u8, 0, capabilities[0], capabilities[1], 33, 2, 0,
            capabilities[2], capabilities[3], 21,
            .. new byte[10], .. "abcdefghijkl\0"u8, .. "mysql_native_password\0"u8,
        ];
    }

    private async Task WriteAsync(NetworkStream stream, byte seq, byte[] payload) =>
        await stream.WriteAsync(
            (byte[])[(byte)payload.Length, (byte)(payload.Length >> 8), 0, seq, .. payload], _stop.Token);

    private async Task<(byte Number, byte[] Payload)> ReadAsync(NetworkStream stream)
    {
        var head = new byte[4];
        await stream.ReadExactlyAsync(head, _stop.Token);
        var payload = new byte[head[0] | (head[1] << 8) | (head[2] << 16)];
        await stream.ReadExactlyAsync(payload, _stop.Token);
        return (head[3], payload);
    }
}
