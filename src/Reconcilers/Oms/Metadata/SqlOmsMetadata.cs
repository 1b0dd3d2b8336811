namespace Drydock.Reconcilers.Oms;

/// <summary><see cref="IOmsMetadata"/> over ADO.NET. This part: the server, its databases, sessions and locks, and the
/// replacement of <c>heatbeat_sequence</c> by a table with its newest row.</summary>
/// <param name="lockTimes">The times of lock rows; null for the default.</param>
internal sealed partial class SqlOmsMetadata(
    MetadataTarget target, EndpointPolicy endpoints, LockRowTimes? lockTimes = null) : IOmsMetadata
{
    private const int LockNameLength = 64;
    private const int LockSessionIdleSeconds = 86_400;

    // Threads that apply what another server replicates. They are no clients and cannot be ended.
    private const string ReplicationUser = "system user";

    // Twice what the longest replacement needs, with the remains of one that was interrupted.
    private const int MostTrimStatements = 20;

    private readonly SqlSessions _sessions = new(target, endpoints);

    public MetadataTarget Target => _sessions.Target;

    public Task<MetadataServerInfo> ServerAsync(CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Asking who the server is",
            async session =>
            {
                var variables = (await session.QueryAsync(
                    "SHOW VARIABLES WHERE Variable_name IN ('hostname', 'port', 'read_only', 'server_uid', "
                        + "'server_uuid', 'super_read_only')",
                    row => (Name: row.TextOrEmpty(0).ToLowerInvariant(), Value: row.TextOrEmpty(1)),
                    cancellationToken))
                        .ToLookup(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
                var clock = await session.QueryAsync(
                    "SELECT UNIX_TIMESTAMP(NOW(6)), TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())",
                    row => (
                        Unix: decimal.Parse(row.TextOrEmpty(0), CultureInfo.InvariantCulture), Offset: row.Number(1)),
                    cancellationToken);
                var host = Variable("hostname");
                _ = int.TryParse(Variable("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
                var uuid = Variable("server_uuid") is { Length: > 0 } mysql ? mysql : Variable("server_uid");
                var isOceanBase = session.Kind == MySqlServerKind.OceanBase;
                var tenant = isOceanBase
                    ? await OceanBaseTenant.IdentityAsync(session, Target.User, cancellationToken)
                    : null;
                return new MetadataServerInfo
                {
                    Kind = session.Kind,
                    Addresses = ServerAddresses.Of(
                        Target.Host, Target.Port, Target.User, isOceanBase, session.Peer),
                    Version = session.Version,
                    Identity = tenant ?? (uuid.Length > 0
                        ? $"uuid:{uuid}"
                        : string.Create(CultureInfo.InvariantCulture, $"addr:{host.ToLowerInvariant()}:{port}")),
                    ReportedHost = host,
                    ReportedPort = port,
                    Now = DateTimeOffset.UnixEpoch.AddTicks((long)(clock[0].Unix * TimeSpan.TicksPerSecond))
                        .ToOffset(TimeSpan.FromMinutes(Math.Round(clock[0].Offset / 60.0))),
                    ReadOnly = IsOn(Variable("read_only")) || IsOn(Variable("super_read_only")),
                    NamedLocks = await ServerLock.KindAsync(session, cancellationToken) == ServerLockKind.Function,
                };

                string Variable(string name) => variables[name].FirstOrDefault() ?? "";
            },
            cancellationToken);

    public Task<IReadOnlyList<MissingPrivilege>> PrivilegesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<MissingPrivilege>>(
            "Reading the account's privileges",
            async session =>
                (await GrantList.ReadAsync(async sql => await session.QueryAsync(
                    sql, row => row.TextOrEmpty(0), cancellationToken)))
                .Missing(databases, Target.User),
            cancellationToken);

    public async Task<IReadOnlyList<DatabaseInfo>> DatabasesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        var (list, parameters) = Sql.In(databases);
        var found = await RowsAsync(
            "Looking for the databases",
            $"SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ({list})",
            row => row.TextOrEmpty(0),
            cancellationToken,
            parameters);
        return
        [
            .. databases.Select(name => found.Contains(name, StringComparer.Ordinal)
                ? new DatabaseInfo(name, true)
                : found.FirstOrDefault(f => string.Equals(f, name, StringComparison.OrdinalIgnoreCase)) is { } other
                    ? new DatabaseInfo(other, true)
                    : new DatabaseInfo(name, false)),
        ];
    }

    public Task<IReadOnlyList<DatabaseSize>> SizesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        var (list, parameters) = Sql.In(databases);
        return RowsAsync(
            "Reading the size of the databases",
            $"""
            SELECT TABLE_SCHEMA, COUNT(*), SUM(COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)),
              SUM(COALESCE(TABLE_ROWS, 0))
            FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ({list}) AND TABLE_TYPE = 'BASE TABLE'
            GROUP BY TABLE_SCHEMA ORDER BY TABLE_SCHEMA
            """,
            row => new DatabaseSize(row.TextOrEmpty(0), (int)row.Number(1), row.Number(2), row.Number(3)),
            cancellationToken,
            parameters);
    }

    public Task<RestoreCatalogue> RestoreCatalogueAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Reading the catalogue of the databases",
            async session =>
            {
                var server = await RestoreFactsReader.ReadAsync(
                    session, Target.Address, Target.User, cancellationToken);
                var contents = new List<RestoreContent>();
                var absent = new SortedSet<string>(StringComparer.Ordinal);
                foreach (var database in databases)
                {
                    if (await ObjectsAsync(session, database, cancellationToken) is not { } objects)
                    {
                        continue;
                    }

                    absent.UnionWith(objects.AbsentLists);
                    contents.Add(new RestoreContent(database)
                    {
                        HasViews = objects.Views > 0,
                        HasRoutines = objects.Routines > 0,
                        HasTriggers = objects.Triggers > 0,
                        HasEvents = objects.Events > 0,
                        Refusals = objects.Refusals,
                        Definers = await RestoreFactsReader.DefinersAsync(session, database, cancellationToken),
                    });
                }

                return new RestoreCatalogue(server, contents, [.. absent]);
            },
            cancellationToken);

    private async Task<DatabaseObjects?> ObjectsAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        try
        {
            return await DatabaseObjects.ReadAsync(session, database, cancellationToken);
        }
        catch (SnapshotException error)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Other, $"Metadata server {Target.Address}: {error.Message}");
        }
    }

    public async Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
        IReadOnlyCollection<string> databases, IReadOnlyCollection<long> exceptConnectionIds,
        CancellationToken cancellationToken)
    {
        var all = await RowsAsync(
            "Reading the sessions",
            "SELECT ID, USER, HOST, DB, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE ID <> "
                + "CONNECTION_ID() AND DB IS NOT NULL ORDER BY ID",
            row => new MetadataSession(
                row.Number(0), row.TextOrEmpty(1), row.TextOrEmpty(2), row.TextOrEmpty(3), row.TextOrEmpty(4),
                row.IsNull(5) ? 0 : row.Number(5)),
            cancellationToken);
        return
        [
            .. all.Where(session =>
                !exceptConnectionIds.Contains(session.Id)
                    && session.User != ReplicationUser
                    && databases.Contains(session.Database, StringComparer.OrdinalIgnoreCase)),
        ];
    }

    public Task<int> EndSessionsAsync(IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Ending sessions",
            async session =>
            {
                var ended = 0;
                foreach (var id in connectionIds)
                {
                    if (await MySqlServer.KillAsync(session, (ulong)id, cancellationToken))
                    {
                        ended++;
                    }
                }

                return ended;
            },
            cancellationToken);

    public Task<IMetadataLock?> TryLockAsync(string name, TimeSpan wait, CancellationToken cancellationToken)
    {
        CheckLockName(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        return _sessions.GuardAsync<IMetadataLock?>(
            $"Taking the lock '{name}'",
            async () =>
            {
                var session = await _sessions.ConnectAsync(cancellationToken);
                try
                {
                    // With GET_LOCK it may stand idle while a dump runs; a lock row sets its own bound.
                    await session.ExecuteAsync(
                        $"SET SESSION wait_timeout = {LockSessionIdleSeconds.ToString(CultureInfo.InvariantCulture)}",
                        cancellationToken);
                    var longest = TimeSpan.FromSeconds(MetadataTarget.StatementSeconds / 2.0);
                    if (await ServerLock.TryTakeAsync(
                        session, name, wait < longest ? wait : longest, lockTimes, cancellationToken) is { } held)
                    {
                        return new SqlMetadataLock(_sessions, session, held);
                    }
                }
                catch
                {
                    await session.DisposeAsync();
                    throw;
                }

                await session.DisposeAsync();
                return null;
            },
            cancellationToken);
    }

    public Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken)
    {
        CheckLockName(name);
        return _sessions.RunAsync<long?>(
            $"Asking who holds the lock '{name}'",
            async session => (long?)await ServerLock.HolderAsync(session, name, cancellationToken),
            cancellationToken);
    }

    private static void CheckLockName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > LockNameLength)
        {
            throw new ArgumentException(
                $"The lock name '{name}' is longer than the {LockNameLength.ToString(CultureInfo.InvariantCulture)} "
                    + "characters servers allow.",
                nameof(name));
        }
    }

    public Task<SequenceTables> HeartbeatSequenceAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading {SequenceTables.MainName} in {heartbeatDatabase}",
            session => SequenceTablesAsync(session, heartbeatDatabase, cancellationToken),
            cancellationToken);

    public Task TrimHeartbeatSequenceAsync(
        IMetadataLock metadataLock, string heartbeatDatabase, CancellationToken cancellationToken) =>
        metadataLock.RunAsync((session, token) => TrimAsync(session, heartbeatDatabase, token), cancellationToken);

    private static async Task<bool> TrimAsync(
        MySqlSession session, string heartbeatDatabase, CancellationToken cancellationToken)
    {
        for (var left = MostTrimStatements; left > 0; left--)
        {
            var seen = await SequenceTablesAsync(session, heartbeatDatabase, cancellationToken);
            if (seen.Next is not { } next)
            {
                return true;
            }

            await session.ExecuteAsync(TrimText(next, heartbeatDatabase), cancellationToken);
        }

        throw new OmsMetadataException(
            OmsMetadataErrorKind.Other,
            $"{SequenceTables.MainName} in {heartbeatDatabase} is changed by another program while the operator trims "
                + "it. Stop that program, then retry.");
    }

    // MySQL, MariaDB and OceanBase rename several tables in one statement, or none of them.
    private static string TrimText(TrimStatement statement, string heartbeatDatabase)
    {
        var main = Sql.Table(heartbeatDatabase, SequenceTables.MainName);
        var copy = Sql.Table(heartbeatDatabase, SequenceTables.CopyName);
        var old = Sql.Table(heartbeatDatabase, SequenceTables.OldName);
        return statement switch
        {
            TrimStatement.CreateCopy => $"CREATE TABLE {copy} LIKE {main}",
            TrimStatement.FillCopy => $"INSERT INTO {copy} SELECT * FROM {main} ORDER BY id DESC LIMIT 1",
            TrimStatement.Swap => $"RENAME TABLE {main} TO {old}, {copy} TO {main}",
            TrimStatement.AddNewest => $"INSERT INTO {main} SELECT * FROM {old} ORDER BY id DESC LIMIT 1",
            TrimStatement.DropOld => $"DROP TABLE {old}",
            TrimStatement.DropCopy => $"DROP TABLE {copy}",
            TrimStatement.RestoreOld => $"RENAME TABLE {old} TO {main}",
            TrimStatement.RestoreCopy => $"RENAME TABLE {copy} TO {main}",
            _ => throw new ArgumentOutOfRangeException(nameof(statement), statement, "There is no such statement."),
        };
    }

    private static async Task<SequenceTables> SequenceTablesAsync(
        MySqlSession session, string heartbeatDatabase, CancellationToken cancellationToken) =>
        new(
            await SequenceTableAsync(session, heartbeatDatabase, SequenceTables.MainName, cancellationToken),
            await SequenceTableAsync(session, heartbeatDatabase, SequenceTables.CopyName, cancellationToken),
            await SequenceTableAsync(session, heartbeatDatabase, SequenceTables.OldName, cancellationToken));

    // The end of the primary key: the table may have hundreds of millions of rows.
    private static async Task<SequenceTable?> SequenceTableAsync(
        MySqlSession session, string heartbeatDatabase, string table, CancellationToken cancellationToken)
    {
        if (!await Sql.TableExistsAsync(session, heartbeatDatabase, table, cancellationToken))
        {
            return null;
        }

        var ids = await session.QueryAsync(
            $"SELECT id FROM {Sql.Table(heartbeatDatabase, table)} ORDER BY id DESC LIMIT 2",
            row => row.Number(0),
            cancellationToken);
        return new SequenceTable(ids.Count == 0 ? null : ids[0], ids.Count > 1);
    }

    private Task<IReadOnlyList<T>> RowsAsync<T>(
        string what,
        string sql,
        Func<MySqlRow, T> read,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        _sessions.RunAsync<IReadOnlyList<T>>(
            what,
            async session => await session.QueryAsync(sql, read, cancellationToken, parameters),
            cancellationToken);

    private static bool IsOn(string value) =>
        value is not ("" or "0") && !string.Equals(value, "OFF", StringComparison.OrdinalIgnoreCase);
}
