using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Drydock.Lab;

/// <summary>
/// A switch for faults between a client and a real server. It listens on the run's bridge, so that the owner and all
/// namespaces reach it, and passes everything through until told otherwise.
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

    /// <summary>Acts and rules.</summary>
    public FaultLedger Ledger { get; }

    /// <summary>Address clients connect to.</summary>
    public string Address { get; }

    /// <summary>Port clients connect to.</summary>
    public int Port { get; }

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>
    /// The last connection that ended with an error, for a test that wonders; null when all ended in order.
    /// </summary>
    public Exception? LastError { get; private set; }

    /// <summary>Stops forwarding in both directions, without closing anything: the far side looks hung.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Goes on after <see cref="Freeze"/>; what was held goes through.</summary>
    public void Thaw()
    {
        lock (_gate)
        {
            _frozen?.TrySetResult();
            _frozen = null;
        }
    }

    /// <summary>
    /// Resets every connection, and every new one until <see cref="Accept"/>: the far side looks dead.
    /// </summary>
    public void Refuse()
    {
        _refusing = true;
        CutAll();
    }

    /// <summary>Takes connections again after <see cref="Refuse"/>.</summary>
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
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
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
            catch (Exception error) when (error is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
            {
                // One side went away in the middle: the other must notice it the same way.
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
