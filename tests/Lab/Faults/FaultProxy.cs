using System.Net.Sockets;
using System.Security.Authentication;

namespace Drydock.Lab;

/// <summary>
/// A proxy that can cause faults between a client and a real server. It listens on the run's bridge, so that the owner
/// and all namespaces reach it. Without a rule it passes everything.
/// </summary>
public abstract class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ProxyConnection, Task> _connections = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _frozen;
    private Task _accepting = Task.CompletedTask;
    private volatile bool _refusing;

    private protected FaultProxy(LabRun run, string name, FaultLedger? ledger)
    {
        Name = name;
        Ledger = ledger ?? new FaultLedger();
        _listener = new TcpListener(IPAddress.Parse(run.BridgeAddress), 0);
        _listener.Start();
        Address = run.BridgeAddress;
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>Name in the ledger.</summary>
    public string Name { get; }

    /// <summary>The acts and the rules.</summary>
    public FaultLedger Ledger { get; }

    /// <summary>The address for clients.</summary>
    public string Address { get; }

    /// <summary>The port for clients.</summary>
    public int Port { get; }

    /// <summary>Number of open connections.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>
    /// The error of the last connection that ended with one; null if none did. It helps to understand a failed test.
    /// </summary>
    public Exception? LastError { get; private set; }

    /// <summary>
    /// Stops forwarding in both directions without closing a connection, so that the server looks hung.
    /// </summary>
    public void Freeze()
    {
        lock (_gate)
        {
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Forwards again after <see cref="Freeze"/>, including held bytes.</summary>
    public void Thaw()
    {
        lock (_gate)
        {
            _frozen?.TrySetResult();
            _frozen = null;
        }
    }

    /// <summary>
    /// Resets every connection, and every new one until <see cref="Accept"/>, so that the server looks dead.
    /// </summary>
    public void Refuse()
    {
        _refusing = true;
        CutAll();
    }

    /// <summary>Accepts connections again after <see cref="Refuse"/>.</summary>
    public void Accept() => _refusing = false;

    /// <summary>Resets every open connection once.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Abort();
        }
    }

    /// <summary>Closes the proxy and all its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Thaw();
        CutAll();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        DisposeCore();
        _stop.Dispose();
        _listener.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Begin() => _accepting = AcceptAsync(_stop.Token);

    private protected virtual void DisposeCore()
    {
    }

    private protected abstract Task ServeAsync(ProxyConnection connection, CancellationToken cancellationToken);

    private protected virtual Task ThawedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _frozen?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
        }
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(cancellationToken);
            }
            catch (Exception error)
                when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            var connection = new ProxyConnection(client, cancellationToken);
            if (_refusing)
            {
                connection.Abort();
                connection.Dispose();
                continue;
            }

            var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[connection] = RunAsync(connection, registered.Task);
            registered.SetResult();
        }
    }

    private async Task RunAsync(ProxyConnection connection, Task registered)
    {
        await registered;
        using (connection)
        {
            try
            {
                await ServeAsync(connection, connection.Token);
            }
            catch (Exception error) when (error is IOException or SocketException or AuthenticationException
                or OperationCanceledException or ObjectDisposedException or InvalidDataException)
            {
                // One side disconnected in the middle. The other side must notice it in the same way.
                LastError = error;
                connection.Abort();
            }
            finally
            {
                _connections.TryRemove(connection, out _);
            }
        }
    }
}
