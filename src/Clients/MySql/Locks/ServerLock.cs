namespace Drydock.Clients.MySql;

/// <summary>A named lock of one session, the fence of destructive statements: they run only in that session, and a
/// successor gets the lock only when the session has ended or can no longer send anything. <c>GET_LOCK</c> where the
/// server has it, else a row (<see cref="LockRow"/>). Closes nothing: the caller owns the session.</summary>
/// <remarks>docs/project/research/oms.md#metadata-on-oceanbase</remarks>
public sealed class ServerLock : IAsyncDisposable
{
    // 1046, 1128, 1305: no such function, as servers and proxies report it; 1235: not supported.
    private static readonly int[] NotThere = [1046, 1128, 1235, 1305];

    // A server that answers does so sooner. The session is closed after this, and the lock is then gone too.
    private static readonly TimeSpan ReleaseTime = TimeSpan.FromSeconds(5);

    private readonly MySqlSession _session;
    private readonly LockRow? _row;
    private readonly LockRowTimes _times;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly CancellationTokenSource _released = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewal;
    private bool _isReleased;

    private ServerLock(MySqlSession session, string name, ulong sessionId, LockRow? row, LockRowTimes times)
    {
        (_session, Name, SessionId, _row, _times) = (session, name, sessionId, row, times);
        _renewal = RenewAsync();
    }

    public string Name { get; }

    public ulong SessionId { get; }

    public string HeldCondition =>
        _row?.HeldCondition ?? $"IS_USED_LOCK('{Name.Replace("'", "''", StringComparison.Ordinal)}')={SessionId}";

    /// <summary>The <c>wait_timeout</c> in seconds of every session that works for the holder, so that the server ends
    /// a late one; null with <see cref="ServerLockKind.Function"/>.</summary>
    public long? IdleSeconds => _row is null ? null : (long)_times.Idle.TotalSeconds;

    public static async Task<ServerLockKind> KindAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.ScalarAsync("SELECT IS_FREE_LOCK('drydock-probe')", cancellationToken) is null
                ? ServerLockKind.Row
                : ServerLockKind.Function;
        }
        catch (MySqlSessionException error) when (NotThere.Contains(error.Number))
        {
            return ServerLockKind.Row;
        }
    }

    /// <summary>Takes a lock. Null if another session holds it for the whole of <paramref name="wait"/>. A row whose
    /// session is no longer listed is waited for until its time has passed, at most
    /// <see cref="LockRowTimes.Lapse"/>.</summary>
    /// <param name="session">An open session, which nothing else may use without <see cref="RunAsync"/> from now on.
    /// With a row its <c>wait_timeout</c> is lowered.</param>
    /// <param name="name">The name; for <c>GET_LOCK</c> at most 64 characters.</param>
    /// <param name="wait">How long a living holder is waited for; whole seconds.</param>
    /// <exception cref="MySqlSessionException">The server refused, or the session broke.</exception>
    public static async Task<ServerLock?> TryTakeAsync(
        MySqlSession session, string name, TimeSpan wait, LockRowTimes? times, CancellationToken cancellationToken)
    {
        times ??= new LockRowTimes();
        if (await KindAsync(session, cancellationToken) == ServerLockKind.Row)
        {
            return await LockRow.TryTakeAsync(session, name, wait, times, cancellationToken) is { } row
                ? new ServerLock(session, name, row.SessionId, row, times)
                : null;
        }

        var id = await session.NumberAsync("SELECT CONNECTION_ID()", cancellationToken);
        var taken = await session.ScalarAsync("SELECT GET_LOCK(@name, @seconds)",
            cancellationToken,
            ("@name", name),
            ("@seconds", (long)Math.Ceiling(wait.TotalSeconds)));
        return taken == "1" ? new ServerLock(session, name, (ulong)id, row: null, times) : null;
    }

    public static async Task<ulong?> HolderAsync(MySqlSession session, string name, CancellationToken cancellationToken)
    {
        return await KindAsync(session, cancellationToken) == ServerLockKind.Row
            ? await LockRow.HolderAsync(session, name, cancellationToken)
            : await FunctionHolderAsync(session, name, cancellationToken);
    }

    /// <summary>The session that holds a lock, on a server that is known to have <c>GET_LOCK</c>; null for
    /// none.</summary>
    public static async Task<ulong?> FunctionHolderAsync(
        MySqlSession session, string name, CancellationToken cancellationToken)
    {
        var id = await session.ScalarAsync("SELECT IS_USED_LOCK(@name)", cancellationToken, ("@name", name));
        return id is null ? null : ulong.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Uses the session, one caller at a time. Does not ask whether the lock is held.</summary>
    public async Task<T> RunAsync<T>(Func<MySqlSession, Task<T>> action, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await action(_session);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async Task<bool> IsHeldAsync(CancellationToken cancellationToken)
    {
        if (_isReleased)
        {
            return false;
        }

        return _row is null
            ? await _session.ScalarAsync(
                "SELECT IS_USED_LOCK(@name) = CONNECTION_ID() AND CONNECTION_ID() = @id",
                cancellationToken,
                ("@name", Name),
                ("@id", SessionId)) == "1"
            : await _row.RenewAsync(_session, cancellationToken);
    }

    /// <summary>Releases the lock. A session that is gone has released it, or its row lapses. If the server does not
    /// answer within 5 s, the session is ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        await _released.CancelAsync();
        _ended.CancelAfter(ReleaseTime);
        await _renewal;
        try
        {
            await (_row is null
                ? _session.ScalarAsync("SELECT RELEASE_LOCK(@name)", _ended.Token, ("@name", Name))
                : (Task)_row.ReleaseAsync(_session, _ended.Token));
        }
        catch (Exception error) when (error is MySqlSessionException or OperationCanceledException)
        {
            // The session is gone: its named lock with it, and its row lapses.
        }
        finally
        {
            _oneAtATime.Dispose();
            _released.Dispose();
            _ended.Dispose();
        }
    }

    // Keeps a row young and the session from being idle: a balancer on the path cuts an idle connection long before the
    // server does. It ends when the lock is released or lost: then the next question of the holder says so. A server
    // that does not answer for longer than a row lives has lost it; GET_LOCK outlives such a pause.
    private async Task RenewAsync()
    {
        try
        {
            do
            {
                await Task.Delay(_times.Renewal, _times.Clock, _released.Token);
            }
            while (await RunAsync(_ => RenewOnceAsync(), _released.Token));
        }
        catch (Exception error) when (_released.IsCancellationRequested
            || error is MySqlSessionException or OperationCanceledException)
        {
            // Released, or the session is gone.
        }

        async Task<bool> RenewOnceAsync()
        {
            using var limit = new CancellationTokenSource(
                _row is null ? Timeout.InfiniteTimeSpan : _times.Idle, _times.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ended.Token);
            return await IsHeldAsync(either.Token);
        }
    }
}

public enum ServerLockKind
{
    Function,

    Row,
}
