namespace Drydock.Clients.Snapshots;

/// <summary>The session that leads a restore: recorded in the storage before it takes its named lock, so that a
/// successor finds and ends it. Only this session drops anything. It is never reopened: if it is lost, the lock is
/// lost, and with the lock the right to drop.</summary>
internal sealed class LoadSession : IAsyncDisposable
{
    private const int LongestWaitSeconds = 2_147_483;

    // Files of mydumper 0.10 need them: it omits the head of a file that begins with the last row of a table.
    private const string ForRows =
        "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO', SESSION time_zone='+00:00', SESSION foreign_key_checks=0, "
            + "SESSION unique_checks=0, SESSION autocommit=0;\n";

    // A dump may hold tables that these refuse: made before those that they refer to, without strict mode, or without a
    // primary key; and a database may hold tables that others refer to.
    private static readonly string[] Checks =
        ["foreign_key_checks", "innodb_strict_mode", "sql_require_primary_key", "sql_generate_invisible_primary_key"];

    // 1115, 1273: no such character set or collation; 1253: the collation is one of another character set.
    private static readonly int[] UnknownSets = [1115, 1253, 1273];

    private readonly SnapshotLocation _location;
    private readonly string _target;
    private readonly string _description;
    private readonly LockRowTimes? _times;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<string> _clients = [];
    private readonly List<string> _off = [];
    private readonly List<(bool IsRefused, string Text)> _on = [];
    private bool _hasLocks;
    private string? _record;

    private LoadSession(
        MySqlSession session,
        MySqlServerIdentity server,
        SnapshotLocation location,
        string target,
        string description,
        LockRowTimes? times) =>
        (Connection, Server, _location, _target, _description, _times) =
        (session, server, location, target, description, times);

    internal MySqlSession Connection { get; }

    internal MySqlServerIdentity Server { get; }

    internal ServerLock? Lock { get; private set; }

    // MySQL 8 and later, and OceanBase, drop a database as a whole.
    private bool DropsOneByOne => Server is { Kind: MySqlServerKind.MariaDb }
        or { Kind: MySqlServerKind.MySql, Version: ['5', ..] };

    public async ValueTask DisposeAsync()
    {
        if (Lock is { } held)
        {
            await held.DisposeAsync();
        }

        await Connection.DisposeAsync();
        _one.Dispose();
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
            load._hasLocks =
                await load.AskAsync(c => ServerLock.KindAsync(c, cancellationToken), cancellationToken)
                    == ServerLockKind.Function;
            foreach (var check in Checks)
            {
                await load.SwitchOffAsync(check, cancellationToken);
            }

            return load;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the server accepts the longest statement, knows the character set and is writable.</summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> CheckServerAsync(
        DatabaseLoad load, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>();
        var limit = await AskAsync(
            c => MySqlServer.VariableAsync(c, "max_allowed_packet", cancellationToken), cancellationToken);
        var longest = load.Database.File.LargestStatementBytes;
        if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= longest)
        {
            findings.Add(new SnapshotFinding(
                SnapshotFailure.PacketTooLarge,
                load.Database.Name,
                $"{load.Database.Name}: the longest statement of the dump has {longest} bytes, but max_allowed_packet "
                    + $"of {_description} is {bytes}. Increase it."));
        }

        if (await AskAsync(c => RefusalAsync(c, load.Database, cancellationToken), cancellationToken) is { } refusal)
        {
            findings.Add(new SnapshotFinding(
                SnapshotFailure.InvalidRequest,
                load.Database.Name,
                $"{load.Database.Name}: {_description} cannot create it with character set "
                    + $"{load.Database.CharacterSet} and collation {load.Database.Collation}: "
                    + $"{Sentences.Close(ForeignText.Words(refusal))} Restore to a server that has them."));
        }

        foreach (var variable in (string[])["read_only", "super_read_only", "innodb_read_only"])
        {
            // A user with the privilege to write despite read_only would write into a replica.
            var value = await AskAsync(
                c => MySqlServer.VariableAsync(c, variable, cancellationToken), cancellationToken);
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
        var session = new SnapshotSession(_location.Id, key, own?.Id ?? Connection.Id, own?.Host ?? "", Server.Key);
        _record = await SessionRecords.AddAsync(_location, session, cancellationToken);
        Lock = await AskAsync(
            c => ServerLock.TryTakeAsync(c, lockName, TimeSpan.Zero, _times, cancellationToken), cancellationToken);
        if (Lock is null)
        {
            var holder = await AskAsync(
                c => ServerLock.HolderAsync(c, lockName, cancellationToken), cancellationToken);
            throw new SnapshotException(
                SnapshotFailure.Busy,
                $"Session {holder} on {_description} holds the lock '{lockName}', so database {_target} is being "
                    + "restored by another process. Wait for it, or end that session.");
        }
    }

    /// <summary>The first statements of a client of this load. With named locks its session takes one of its own, by
    /// which a successor finds it, before it asks whether this session still holds its lock: an operator that was
    /// suspended and resumes late must not load into a database that its successor has restored. Without, the server
    /// ends the session soon after its last statement.</summary>
    /// <param name="rows">It loads files of rows.</param>
    internal string Opening(string lockPrefix, bool rows)
    {
        var bound = Lock?.IdleSeconds is { } seconds ? $"SET SESSION wait_timeout={seconds};\n" : "";
        var taken = _hasLocks ? $"DO GET_LOCK(CONCAT('{lockPrefix}', CONNECTION_ID()), 0);\n" : "";
        var id = MySqlServer.ListedId(Server.Kind, Guid.NewGuid().ToString("N"));
        var leads = Lock is { } held ? $"IF({held.HeldCondition}, 1, 0)" : "1";

        // A client ends at a statement that the server refuses, so it sends what this session could set.
        var off = string.Concat(_off.Select(static check => $"SET SESSION {check}=0;\n"));
        return $"{bound}{off}{taken}{(rows ? ForRows : "")}SELECT {id}, {leads};\n";
    }

    /// <summary>Records a client of this load in the storage until the load has ended.</summary>
    internal async Task AddClientAsync(DatabaseLoad load, ulong id, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var listed = await AskAsync(c => MySqlServer.SessionsAsync(c, cancellationToken), cancellationToken);
            var host = listed.FirstOrDefault(s => s.Id == id)?.Host ?? "";
            var client = new SnapshotSession(_location.Id, load.Key, id, host, Server.Key);
            _clients.Add(await SessionRecords.AddAsync(_location, client, cancellationToken));
            if (load.Request.OnSession is not null)
            {
                await load.Request.OnSession(client, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    internal async Task ForgetClientsAsync(CancellationToken cancellationToken)
    {
        foreach (var record in _clients)
        {
            await _location.Storage.DeleteAsync(record, cancellationToken);
        }

        _clients.Clear();
    }

    /// <summary>Drops the database (if it exists) and creates it again. Nothing is done unless the session holds its
    /// lock.</summary>
    internal async Task RecreateAsync(string characterSet, string collation, CancellationToken cancellationToken)
    {
        var sets = $"CHARACTER SET {SetName(characterSet)} COLLATE {SetName(collation)}";
        await DropAsync(cancellationToken);
        await ExecuteAsync($"CREATE DATABASE {MySqlIdentifier.Quote(_target)} {sets}", cancellationToken);
    }

    internal async Task DropAsync(CancellationToken cancellationToken)
    {
        if (Lock is { } held && !await AskAsync(_ => held.IsHeldAsync(cancellationToken), cancellationToken))
        {
            throw new SnapshotException(
                SnapshotFailure.ConnectionLost,
                $"The session on {_description} no longer holds the lock '{held.Name}'. Nothing was dropped. "
                    + "The load is retried with a new session.");
        }

        // The witness is dropped last, with the database: a drop that fails or is cut half way leaves it.
        var objects = !DropsOneByOne ? [] : await AskAsync(
            c => c.RowsAsync(
                "SELECT IF(TABLE_TYPE = 'VIEW', 'VIEW', 'TABLE'), TABLE_NAME FROM information_schema.TABLES WHERE "
                    + $"TABLE_SCHEMA = @db AND TABLE_NAME <> '{RestoreWitness.Table}'",
                cancellationToken,
                ("@db", _target)),
            cancellationToken);
        foreach (var kind in objects.GroupBy(static o => o[0], StringComparer.Ordinal))
        {
            var names = kind.Select(o => $"{MySqlIdentifier.Quote(_target)}.{MySqlIdentifier.Quote(o[1]!)}");
            await ExecuteAsync($"DROP {kind.Key} IF EXISTS {string.Join(", ", names)}", cancellationToken);
        }

        await ExecuteAsync($"DROP DATABASE IF EXISTS {MySqlIdentifier.Quote(_target)}", cancellationToken);
    }

    /// <summary>For the message of a load that failed: which checks were not switched off.</summary>
    internal string NotSwitchedOff => string.Concat(_on.Select(static c => $" {c.Text}"));

    internal IEnumerable<SnapshotFinding> Warnings(string database) => _on.Where(static c => c.IsRefused).Select(
        c => new SnapshotFinding(SnapshotFailure.LoadFailed, database, $"{database}: {c.Text}") { IsWarning = true });

    internal Task WitnessAsync(RestoreWitness witness, CancellationToken cancellationToken) =>
        AskAsync(
            async session =>
            {
                await witness.WriteAsync(session, _target, cancellationToken);
                return true;
            },
            cancellationToken);

    internal Task ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        AskAsync(session => session.ExecuteAsync(sql, cancellationToken), cancellationToken);

    internal async Task<T> AskAsync<T>(Func<MySqlSession, Task<T>> question, CancellationToken cancellationToken)
    {
        try
        {
            return await (Lock is { } held
                ? held.RunAsync(question, cancellationToken)
                : question(Connection));
        }
        catch (MySqlSessionException e)
        {
            throw Failed(e);
        }
    }

    private async Task SwitchOffAsync(string check, CancellationToken cancellationToken)
    {
        try
        {
            await Connection.ExecuteAsync($"SET SESSION {check}=0", cancellationToken);
            _off.Add(check);
        }
        catch (MySqlSessionException e) when (!e.IsConnectionError)
        {
            var value = await MySqlServer.VariableAsync(Connection, check, cancellationToken);
            if (value is not ("0" or "OFF"))
            {
                var why = $"ERROR {e.Number}: {ForeignText.Words(e.Message)}";
                _on.Add((value is not null, Sentences.Close($"{check} was not switched off for the load: {why}")));
            }
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

    // An expression, because a catalogue lists neither aliases nor, in MariaDB, the collations of several sets.
    private static async Task<string?> RefusalAsync(
        MySqlSession session, ManifestDatabase database, CancellationToken cancellationToken)
    {
        var set = MySqlIdentifier.Quote(SetName(database.CharacterSet));
        var collation = MySqlIdentifier.Quote(SetName(database.Collation));
        try
        {
            await session.ScalarAsync($"SELECT CONVERT('' USING {set}) COLLATE {collation}", cancellationToken);
            return null;
        }
        catch (MySqlSessionException e) when (UnknownSets.Contains(e.Number))
        {
            return e.Message;
        }
    }

    private static string SetName(string name) =>
        name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? name
        : throw new SnapshotException(
            SnapshotFailure.ManifestInvalid, $"'{name}' is not a character set or collation.");
}
