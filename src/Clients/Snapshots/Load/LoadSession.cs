namespace Drydock.Clients.Snapshots;

/// <summary>The session that leads a restore: recorded in the storage before it takes its named lock, so that a
/// successor finds and ends it. Only this session drops anything. It is never reopened: if it is lost, the lock is
/// lost, and with the lock the right to drop.</summary>
internal sealed class LoadSession : IAsyncDisposable
{
    private const int LongestWaitSeconds = 2_147_483;

    private readonly SnapshotLocation _location;
    private readonly string _target;
    private readonly string _description;
    private readonly LockRowTimes? _times;
    private string? _record;

    private LoadSession(
        MySqlSession session,
        MySqlServerIdentity server,
        SnapshotLocation location,
        string target,
        string description,
        LockRowTimes? times)
    {
        _times = times;
        Connection = session;
        Server = server;
        _location = location;
        _target = target;
        _description = description;
    }

    internal MySqlSession Connection { get; }

    internal MySqlServerIdentity Server { get; }

    internal bool HasLocks { get; private set; }

    internal ServerLock? Lock { get; private set; }

    /// <summary>The lock's name; null before it is taken.</summary>
    internal string? LockName => Lock?.Name;

    internal SnapshotSession Session { get; private set; } = new("", "", 0, "", "");

    public async ValueTask DisposeAsync()
    {
        if (Lock is { } held)
        {
            await held.DisposeAsync();
        }

        await Connection.DisposeAsync();
        if (_record is not null)
        {
            await _location.Storage.DeleteAsync(_record, CancellationToken.None);
        }
    }

    internal static async Task<LoadSession> OpenAsync(
        SnapshotLocation location,
        MySqlOptions options,
        string target,
        CancellationToken cancellationToken,
        LockRowTimes? times = null)
    {
        // It is idle while other sessions load, possibly for hours, and a drop has no time limit.
        var session = await MySqlSession.OpenAsync(options.With(database: ""), cancellationToken);
        try
        {
            var server = await MySqlServer.IdentifyAsync(session, cancellationToken);
            session.CommandTimeout = 0;
            var load = new LoadSession(session, server, location, target, options.Describe(), times);
            await load.ExecuteAsync($"SET SESSION wait_timeout={LongestWaitSeconds}", cancellationToken);
            load.HasLocks =
                await load.AskAsync(c => ServerLock.KindAsync(c, cancellationToken)) == ServerLockKind.Function;
            return load;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the server accepts the longest statement and is writable.</summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> CheckServerAsync(
        DatabaseLoad load, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>();
        var limit = await AskAsync(c => MySqlServer.VariableAsync(c, "max_allowed_packet", cancellationToken));
        var longest = load.Database.File.LargestStatementBytes;
        if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= longest)
        {
            findings.Add(new SnapshotFinding(
                SnapshotFailure.PacketTooLarge,
                load.Database.Name,
                $"{load.Database.Name}: the longest statement of the dump has {longest} bytes, but max_allowed_packet "
                    + $"of {_description} is {bytes}. Increase it."));
        }

        foreach (var variable in (string[])["read_only", "super_read_only", "innodb_read_only"])
        {
            // A user with the privilege to write despite read_only would write into a replica.
            var value = await AskAsync(c => MySqlServer.VariableAsync(c, variable, cancellationToken));
            if (value is not (null or "0" or "OFF" or ""))
            {
                findings.Add(new SnapshotFinding(
                    SnapshotFailure.ReadOnlyServer,
                    load.Database.Name,
                    $"{_description} is read-only ({variable}={value}): it may be a replica. "
                        + "Use the primary server, or make this server writable."));
                break;
            }
        }

        return findings;
    }

    internal async Task LockAsync(string key, CancellationToken cancellationToken)
    {
        var lockName = SessionMarker.RestoreLock(_target);
        var own = (await MySqlServer.SessionsAsync(Connection, cancellationToken)).FirstOrDefault(static s => s.IsOwn);
        Session = new SnapshotSession(_location.Id, key, own?.Id ?? Connection.Id, own?.Host ?? "", Server.Key);
        _record = await SessionRecords.AddAsync(_location, Session, cancellationToken);
        Lock = await AskAsync(c => ServerLock.TryTakeAsync(c, lockName, TimeSpan.Zero, _times, cancellationToken));
        if (Lock is null)
        {
            var holder = await AskAsync(c => ServerLock.HolderAsync(c, lockName, cancellationToken));
            throw new SnapshotException(
                SnapshotFailure.Busy,
                $"Session {holder} on {_description} holds the lock '{lockName}', so database {_target} is being "
                    + "restored by another process. Wait for it, or end that session.");
        }
    }

    /// <summary>Drops the database (if it exists) and creates it again. Nothing is done unless the session holds its
    /// lock.</summary>
    internal async Task RecreateAsync(string characterSet, string collation, CancellationToken cancellationToken)
    {
        var sets = $"CHARACTER SET {CharsetName(characterSet)} COLLATE {CharsetName(collation)}";
        await DropAsync(cancellationToken);
        await ExecuteAsync($"CREATE DATABASE {MySqlIdentifier.Quote(_target)} {sets}", cancellationToken);
    }

    internal async Task DropAsync(CancellationToken cancellationToken)
    {
        await RequireLockAsync(cancellationToken);
        await ExecuteAsync($"DROP DATABASE IF EXISTS {MySqlIdentifier.Quote(_target)}", cancellationToken);
    }

    internal Task ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        AskAsync(session => session.ExecuteAsync(sql, cancellationToken));

    internal async Task<T> AskAsync<T>(Func<MySqlSession, Task<T>> question)
    {
        try
        {
            return await (Lock is { } held
                ? held.RunAsync(question, CancellationToken.None)
                : question(Connection));
        }
        catch (MySqlSessionException e)
        {
            throw Failed(e);
        }
    }

    private async Task RequireLockAsync(CancellationToken cancellationToken)
    {
        if (Lock is { } held
            && !await AskAsync(_ => held.IsHeldAsync(cancellationToken)))
        {
            throw new SnapshotException(
                SnapshotFailure.ConnectionLost,
                $"The session on {_description} no longer holds the lock '{LockName}'. Nothing was dropped. "
                    + "The load is retried with a new session.");
        }
    }

    private SnapshotException Failed(MySqlSessionException e)
    {
        var text = $"ERROR {e.Number}: {ForeignText.Words(e.Message)}";
        return new SnapshotException(
            e.IsConnectionError
                ? SnapshotFailure.ConnectionLost
                : ServerErrorClassifier.Of(text, SnapshotFailure.LoadFailed),
            $"A statement on database {_target} of {_description} failed: {Sentences.Close(text)}",
            e);
    }

    private static string CharsetName(string name) =>
        name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? name
        : throw new SnapshotException(
            SnapshotFailure.ManifestInvalid, $"'{name}' is not a character set or collation.");
}
