using System.Net.Sockets;

namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>A connection to a server of this machine that a test watches or lets hang.</summary>
internal sealed class WatchedConnection : NetworkStream
{
    private volatile TaskCompletionSource _used = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WatchedConnection(Socket socket)
        : base(socket, ownsSocket: true)
    {
    }

    /// <summary>Whether nothing that is sent arrives any more, although the connection stays open.</summary>
    internal bool Hangs { get; set; }

    /// <summary>Ends when something is sent after this call.</summary>
    internal Task UsedAsync() =>
        (_used = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    internal static async Task<WatchedConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return new WatchedConnection(socket);
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        await base.WriteAsync(buffer, cancellationToken);
        _used.TrySetResult();
    }
}
