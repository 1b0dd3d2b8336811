using System.Globalization;
using System.Text;
using Drydock.Abstractions.Values;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// Ends one native call early. With a <see cref="KillTarget"/> by <c>KILL QUERY</c> from a second connection and, if
/// that cannot be sent or does not help within <see cref="Grace"/>, by shutting the socket down; without one by
/// shutting the socket down immediately.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const uint Seconds = 5;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(Seconds);

    private readonly SocketGuard _socket;
    private readonly KillTarget? _target;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationTokenSource? _limit;
    private readonly CancellationTokenRegistration _limitRegistration;
    private readonly ManualResetEventSlim _over = new();
    private readonly TaskCompletionSource<bool> _sent = new();
    private readonly Lock _lock = new();
    private bool _fired;
    private bool _disposed;
    private Task? _kill;

    /// <param name="socket">The socket of the connection whose call may be ended.</param>
    /// <param name="target">The session to send the KILL QUERY to; null to shut the socket down immediately.</param>
    /// <param name="limit">Time the call may take; zero for no limit.</param>
    /// <param name="time">The limit's clock.</param>
    /// <param name="cancellationToken">Ends the call as well.</param>
    internal Interruption(
        SocketGuard socket, KillTarget? target, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _socket = socket;
        _target = target;
        if (limit > TimeSpan.Zero)
        {
            _limit = new CancellationTokenSource(Timers.Clamp(limit), time);
            _limitRegistration = _limit.Token.UnsafeRegister(static s => ((Interruption)s!).Fire(), this);
        }

        _registration = cancellationToken.UnsafeRegister(static s => ((Interruption)s!).Fire(), this);
    }

    /// <summary>The time limit expired.</summary>
    internal bool TimedOut => _limit?.IsCancellationRequested == true;

    /// <summary>Ends the call now and waits until the server was notified.</summary>
    /// <returns>The KILL QUERY was sent: the statement ends, the connection may survive. Otherwise the socket is shut
    /// down.</returns>
    internal bool KillNow()
    {
        Fire();

        // Runs on the connection's own thread, which may block: its next action depends on whether the statement ends.
        return _target is not null && _sent.Task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Disarms it and waits for a running kill; true if it fired (a KILL may then still hit the next
    /// statement).
    /// </summary>
    internal bool End()
    {
        _registration.Dispose();
        _limitRegistration.Dispose();
        lock (_lock)
        {
            if (!_disposed)
            {
                _over.Set();
            }
        }

        // Runs on the connection's own thread, which may block: a KILL QUERY still in flight would hit the next
        // statement.
        _kill?.GetAwaiter().GetResult();
        return _fired;
    }

    public void Dispose()
    {
        End();
        _limit?.Dispose();
        lock (_lock)
        {
            _disposed = true;
            _over.Dispose();
        }
    }

    private void Fire()
    {
        lock (_lock)
        {
            if (_fired || _disposed || _over.IsSet)
            {
                return;
            }

            _fired = true;
            if (_target is { } target)
            {
                _kill = Task.Factory.StartNew(
                    () => Kill(target), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            else
            {
                _socket.End();
            }
        }
    }

    private void Kill(KillTarget target)
    {
        try
        {
            if (Tell(target))
            {
                _sent.SetResult(true);
                if (_over.Wait(Grace))
                {
                    return;
                }
            }

            // Under the lock, because the connection must not be affected once the call is over.
            lock (_lock)
            {
                if (!_over.IsSet)
                {
                    _socket.End();
                }
            }
        }
        finally
        {
            _sent.TrySetResult(false);
        }
    }

    private static bool Tell(KillTarget target)
    {
        try
        {
            var options = new MySqlConnectionStringBuilder(target.Options)
            {
                ConnectionTimeout = Seconds,
                Database = "",
            };
            using var second = new NativeConnection(options);
            using var limit =
                new Interruption(second.Socket, target: null, Grace, TimeProvider.System, CancellationToken.None);
            second.Connect(options);

            // Behind a load balancer the second connection may reach another server, where the same number belongs to
            // another session.
            using var scope = second.Enter();
            if (ServerName.Read(second) != target.Server)
            {
                return false;
            }

            second.Send(
                Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"KILL QUERY {target.ConnectionId}")));
            second.IsQuiet = true;
            return true;
        }
        catch (Exception exception) when (exception is MySqlException or ArgumentException or IOException)
        {
            // The server cannot be notified, or the files of a connection no longer exist: only the local end of the
            // connection can be closed.
            return false;
        }
    }
}

/// <summary>A session that a second connection can end.</summary>
/// <param name="Options">How to reach its server.</param>
/// <param name="ConnectionId">CONNECTION_ID() of the session.</param>
/// <param name="Server">The value of <see cref="ServerName"/> in that session; never empty.</param>
internal sealed record KillTarget(MySqlConnectionStringBuilder Options, ulong ConnectionId, string Server);
