using System.Net.Sockets;

namespace Drydock.Lab;

/// <summary>A client's connection to a fault proxy, with its connection to the server.</summary>
internal sealed class ProxyConnection : IDisposable
{
    private readonly CancellationTokenSource _cancellation;
    private Socket? _upstream;

    public ProxyConnection(Socket client, CancellationToken cancellationToken)
    {
        Client = client;
        client.NoDelay = true;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _cancellation.Token;
    }

    public Socket Client { get; }

    /// <summary>Cancelled when the connection is cut.</summary>
    public CancellationToken Token { get; }

    /// <summary>Opens a connection to the server and closes one that was opened before.</summary>
    public async Task<NetworkStream> ConnectAsync(string host, int port)
    {
        _upstream?.Dispose();
        var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _upstream = upstream;
        await upstream.ConnectAsync(host, port, Token);
        return new NetworkStream(upstream, ownsSocket: false);
    }

    /// <summary>Resets both sides (RST, not FIN).</summary>
    public void Abort()
    {
        Reset(Client);
        if (_upstream is { } upstream)
        {
            Reset(upstream);
        }

        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended meanwhile.
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        _upstream?.Dispose();
        _cancellation.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
    }
}
