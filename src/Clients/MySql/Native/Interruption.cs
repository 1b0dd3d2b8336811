using System.Globalization;
using System.Text;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// Ends one native call early: by <c>KILL QUERY</c> from a second connection and, where that cannot be sent or does not help within
/// <see cref="Grace"/>, by shutting the socket down.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const uint Seconds = 5;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(Seconds);

    private readonly NativeConnection _connection;
    private readonly MySqlConnectionStringBuilder _options;
    private readonly ulong _connectionId;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationTokenSource? _limit;
    private readonly CancellationTokenRegistration _limitRegistration;
    private readonly ManualResetEventSlim _over = new();
    private readonly Lock _lock = new();
    private Task? _kill;

    internal Interruption(
        NativeConnection connection, MySqlConnectionStringBuilder options, ulong connectionId, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _connection = connection;
        _options = options;
        _connectionId = connectionId;
        if (limit > TimeSpan.Zero)
        {
            _limit = new CancellationTokenSource(limit, time);
            _limitRegistration = _limit.Token.UnsafeRegister(static s => ((Interruption)s!).Fire(), this);
        }

        _registration = cancellationToken.UnsafeRegister(static s => ((Interruption)s!).Fire(), this);
    }

    /// <summary>It was the time limit.</summary>
    internal bool TimedOut => _limit?.IsCancellationRequested == true;

    /// <summary>Disarms it and waits for a kill that is under way; true if there was one (a KILL may then still hit the next statement).</summary>
    internal bool End()
    {
        _registration.Dispose();
        _limitRegistration.Dispose();
        lock (_lock)
        {
            _over.Set();
        }

        // On the connection's own thread, which is there to block: a KILL QUERY that is still on its way would strike the next statement.
        _kill?.GetAwaiter().GetResult();
        return _kill is not null;
    }

    public void Dispose()
    {
        End();
        _limit?.Dispose();
        _over.Dispose();
    }

    private void Fire()
    {
        lock (_lock)
        {
            if (!_over.IsSet && _kill is null)
            {
                _kill = Task.Factory.StartNew(Kill, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
    }

    private void Kill()
    {
        try
        {
            var options = new MySqlConnectionStringBuilder(_options) { ConnectionTimeout = Seconds, ReadTimeout = Seconds, WriteTimeout = Seconds, Database = "" };
            using var second = NativeConnection.Connect(options);
            second.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"KILL QUERY {_connectionId}")));
            if (_over.Wait(Grace))
            {
                return;
            }
        }
        catch (Exception exception) when (exception is MySqlException or ArgumentException or IOException)
        {
            // The server cannot be told, or the files of a connection are gone: only our own end of the connection is left to act on.
        }

        if (!_over.IsSet)
        {
            _connection.ShutdownSocket();
        }
    }
}
