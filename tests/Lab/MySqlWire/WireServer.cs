using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab;

/// <summary>
/// A server with the MySQL protocol on a loopback port. A script defines its behaviour on each connection.
/// </summary>
public sealed class WireServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _sessions = [];
    private readonly Func<WireSession, int, CancellationToken, Task> _script;
    private readonly Task _accepting;

    /// <param name="script">Gets the connection, its number from 0, and a token that ends with the server. A broken
    /// connection is not an error.</param>
    public WireServer(Func<WireSession, int, CancellationToken, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that have not ended.</summary>
    public int Open => _sessions.Count;

    /// <summary>A certificate that no client trusts.</summary>
    public static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
    }

    /// <summary>Answers like a well-behaved server until the client disconnects.</summary>
    /// <param name="session">A connection after the greeting and before the answer to the login.</param>
    /// <param name="answer">Answers a statement; false leaves it to the default answers.</param>
    public static async Task ServeAsync(
        WireSession session, Func<string, Task<bool>> answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(answer);
        await session.SendAsync(cancellationToken, WirePackets.Ok);
        while (await session.ReadAsync(cancellationToken) is { Length: > 0 } packet && packet[0] != 1)
        {
            var sql = packet[0] == 3 ? Encoding.UTF8.GetString(packet.AsSpan(1)) : "";
            if (!await answer(sql))
            {
                await session.SendAsync(cancellationToken, Honest(sql));
            }
        }
    }

    /// <summary>The answer of a well-behaved server.</summary>
    public static IEnumerable<byte[]> Honest(string sql) => sql switch
    {
        _ when sql.StartsWith("SELECT CONNECTION_ID()", StringComparison.Ordinal) => WirePackets.Result(
            ["id", "version", "comment"], ["7", "8.0.36", "wire"]),
        _ when sql.StartsWith("SELECT", StringComparison.Ordinal) => WirePackets.Result(["x"], ["1"]),
        _ => [WirePackets.Ok],
    };

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
        for (var number = 0; !_stopping.IsCancellationRequested; number++)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                var id = number;
                var begun = new TaskCompletionSource();
                _sessions[id] = ServeAsync(socket, id, begun.Task);
                begun.SetResult();
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The server stops, or the client disconnected before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket socket, int number, Task begun)
    {
        await begun;
        try
        {
            await using var session = new WireSession(socket);
            await _script(session, number, _stopping.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException or InvalidDataException)
        {
            // The client has ended the connection, or the server stops.
        }
        finally
        {
            _sessions.TryRemove(number, out _);
        }
    }
}
