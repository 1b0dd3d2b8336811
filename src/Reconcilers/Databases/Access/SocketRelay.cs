namespace Drydock.Reconcilers.Databases;

/// <summary>A socket file of this process that leads one client through a connection: for libraries that open their
/// connections themselves.</summary>
internal sealed class SocketRelay : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task<Stream>> _connect;
    private readonly DirectoryInfo _folder;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _relaying;
    private IOException? _failure;

    private SocketRelay(Func<CancellationToken, Task<Stream>> connect)
    {
        _connect = connect;
        _folder = Directory.CreateTempSubdirectory("drydock-relay-");
        Path = System.IO.Path.Combine(_folder.FullName, "s");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(1);
        _relaying = RelayAsync();
    }

    public string Path { get; }

    public static SocketRelay Listen(Func<CancellationToken, Task<Stream>> connect) => new(connect);

    /// <summary>Closes both sides. Returns why there was no connection or why it broke; null if neither
    /// happened.</summary>
    public async Task<IOException?> EndAsync()
    {
        await _ending.CancelAsync();
        await _relaying;
        return _failure;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _listener.Dispose();
        _ending.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task RelayAsync()
    {
        try
        {
            using var client = await _listener.AcceptAsync(_ending.Token);
            await using var near = new NetworkStream(client, ownsSocket: false);
            await using var far = await _connect(_ending.Token);
            var (up, down) = (near.CopyToAsync(far, _ending.Token), far.CopyToAsync(near, _ending.Token));
            var first = await Task.WhenAny(up, down);
            _failure = first.Exception?.InnerException as IOException;

            // The end of one direction is the end of the session.
            await _ending.CancelAsync();
            await Task.WhenAll(up, down);
        }
        catch (IOException exception)
        {
            _failure ??= exception;
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Both sides are closed.
            return;
        }
    }
}
