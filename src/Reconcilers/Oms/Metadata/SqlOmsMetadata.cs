namespace Drydock.Reconcilers.Oms;

/// <summary><see cref="IOmsMetadata"/> by SQL. Of OMS's own tables only those that are known are read
/// (docs/research/oms.md#metadata-tables).</summary>
/// <param name="lockTimes">The times of lock rows; null for the default.</param>
internal sealed class SqlOmsMetadata(
    MySqlOptions target, EndpointPolicy endpoints, LockRowTimes? lockTimes = null) : IOmsMetadata
{
    private const int LockSessionIdleSeconds = 86_400;
    private const int WriterLimit = 200;

    // Threads that apply what another server replicates. They are no clients and cannot be ended.
    private const string ReplicationUser = "system user";

    // Twice what the longest replacement needs, with the remains of one that was interrupted.
    private const int MostTrimStatements = 20;

    private readonly SqlSessions _sessions = new(target, endpoints);

    public MySqlOptions Target => _sessions.Target;

    public Task<ServerFacts> ServerAsync(CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Asking who the server is",
            session => ServerFacts.ReadAsync(session, Target, Target.Address, cancellationToken),
            cancellationToken);

    public async Task<IReadOnlyList<string>> AbsentAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        var (list, parameters) = Sql.In(databases);
        var found = await RowsAsync(
            "Looking for the databases",
            $"SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ({list})",
            row => row.TextOrEmpty(0),
            cancellationToken,
            parameters);
        return [.. databases.Except(found, StringComparer.OrdinalIgnoreCase)];
    }

    public Task<IReadOnlyList<long>> SizesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        var (list, parameters) = Sql.In(databases);
        return RowsAsync(
            "Reading the size of the databases",
            $"""
            SELECT SUM(COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)) FROM information_schema.TABLES
            WHERE TABLE_SCHEMA IN ({list}) AND TABLE_TYPE = 'BASE TABLE' GROUP BY TABLE_SCHEMA
            """,
            row => row.Number(0),
            cancellationToken,
            parameters);
    }

    public Task<RestoreCatalogue> RestoreCatalogueAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Reading the catalogue of the databases",
            async session =>
            {
                var contents = new List<RestoreContent>();
                var absent = new SortedSet<string>(StringComparer.Ordinal);
                foreach (var database in databases)
                {
                    if (await DatabaseObjects.ReadAsync(session, database, cancellationToken) is not { } objects)
                    {
                        continue;
                    }

                    absent.UnionWith(objects.AbsentLists);
                    contents.Add(new RestoreContent(database)
                    {
                        HasViews = objects.Content.Views.Count > 0,
                        HasRoutines = objects.Content.Routines.Count > 0,
                        HasTriggers = objects.Content.Triggers.Count > 0,
                        HasEvents = objects.Content.Events.Count > 0,
                        Refusals = objects.Refusals,
                        Definers = await ServerFacts.DefinersAsync(session, database, cancellationToken),
                    });
                }

                return new RestoreCatalogue(contents, [.. absent]);
            },
            cancellationToken);

    public Task<ProjectsRead> ProjectsAsync(string rmDatabase, int limit, CancellationToken cancellationToken) =>
        ProjectsAsync("Reading the projects", rmDatabase, tables => tables.ReadAsync(limit), cancellationToken);

    public Task<IReadOnlyList<DuplicateProjectName>> DuplicateProjectsAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        ProjectsAsync(
            "Looking for duplicate project names", rmDatabase, tables => tables.DuplicatesAsync(), cancellationToken);

    public Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken) =>
        ProjectsAsync("Reading the project names", rmDatabase, tables => tables.NamesAsync(), cancellationToken);

    public Task<IReadOnlyList<string>> NamesInUseAsync(
        string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        ProjectsAsync("Looking for project names", rmDatabase, tables => tables.InUseAsync(names), cancellationToken);

    public Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(
        string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids,
        CancellationToken cancellationToken) =>
        ProjectsAsync("Reading projects", rmDatabase, tables => tables.ByIdAsync(ids), cancellationToken);

    public Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken) =>
        metadataLock.RunAsync(
            (session, token) => new ProjectTables(session, rmDatabase, token).RenameAsync(renames, mustBeFree),
            cancellationToken);

    public Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken) =>
        HaConfigAsync($"Reading {HaConfigKeys.RowName}", rmDatabase, table => table.ReadAsync(), cancellationToken);

    public Task<bool> CompareAndSwapHaConfigAsync(
        string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken) =>
        HaConfigAsync(
            $"Writing {HaConfigKeys.RowName}",
            rmDatabase,
            table => table.CompareAndSwapAsync(expectedRaw, newRaw),
            cancellationToken);

    public Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken) =>
        HaConfigAsync(
            $"Looking at the columns of {HaConfigTable.Name}",
            rmDatabase,
            table => table.InsertProblemAsync(),
            cancellationToken);

    public Task<bool> InsertHaConfigAsync(
        IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken) =>
        metadataLock.RunAsync(
            (session, token) => new HaConfigTable(session, Target.Address, rmDatabase, token).InsertAsync(raw),
            cancellationToken);

    public Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(
        string cmDatabase, int cmLocation, CancellationToken cancellationToken) =>
        RowsAsync(
            $"Looking for cascaded writers in {cmDatabase}",
            $"SELECT * FROM {Sql.Table(cmDatabase, "config_job")} WHERE `key` = 'sourceFile.blackRegionNo' AND "
                + $"`value` <> @location LIMIT {WriterLimit}",
            ReadWriter,
            cancellationToken,
            ("@location", cmLocation.ToString(CultureInfo.InvariantCulture)));

    public Task<IReadOnlyList<OmsHost>> HostsAsync(string cmDatabase, CancellationToken cancellationToken) =>
        RowsAsync(
            $"Reading the hosts in {cmDatabase}",
            $"SELECT ip, host_status FROM {Sql.Table(cmDatabase, "host")} ORDER BY ip",
            row => new OmsHost(row.TextOrEmpty(0), row.TextOrEmpty(1)),
            cancellationToken);

    public Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        RowsAsync(
            $"Reading the heartbeats in {heartbeatDatabase}",
            "SELECT host_ip, TIMESTAMPDIFF(SECOND, gmt_modified, NOW()) FROM "
                + $"{Sql.Table(heartbeatDatabase, "heart_beat")} WHERE task_name = 'supervisor' ORDER BY host_ip",
            row => new SupervisorHeartbeat(
                row.TextOrEmpty(0), row.IsNull(1) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(row.Number(1))),
            cancellationToken);

    public Task<IReadOnlyList<string>?> VersionsAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<string>?>(
            $"Reading {VersionTable.Name} in {rmDatabase}",
            async session =>
                await Sql.TableExistsAsync(session, rmDatabase, VersionTable.Name, cancellationToken)
                    ? await session.QueryAsync(
                        $"SELECT version FROM {Sql.Table(rmDatabase, VersionTable.Name)} ORDER BY version LIMIT 100",
                        row => row.TextOrEmpty(0),
                        cancellationToken)
                    : null,
            cancellationToken);

    public Task<IReadOnlyList<ClusterInfoRow>> ClusterInfoAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<ClusterInfoRow>>(
            $"Reading the regions in {rmDatabase}",
            async session => await Sql.TableExistsAsync(session, rmDatabase, "cluster_info", cancellationToken)
                ? await session.QueryAsync(
                    $"SELECT region, code, is_default_cm FROM {Sql.Table(rmDatabase, "cluster_info")} ORDER BY code",
                    row => new ClusterInfoRow(
                        row.TextOrEmpty(0), row.TextOrEmpty(1), row.TextOrEmpty(2) is "1" or "true" or "\u0001"),
                    cancellationToken)
                : [],
            cancellationToken);

    public async Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        var all = await RowsAsync(
            "Reading the sessions",
            "SELECT ID, USER, HOST, DB, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE ID <> "
                + "CONNECTION_ID() AND DB IS NOT NULL ORDER BY ID",
            row => new MetadataSession(
                row.Number(0), row.TextOrEmpty(1), row.TextOrEmpty(2), row.TextOrEmpty(3), row.TextOrEmpty(4),
                row.Number(5)),
            cancellationToken);
        return
        [
            .. all.Where(session => session.User != ReplicationUser
                && databases.Contains(session.Database, StringComparer.OrdinalIgnoreCase)),
        ];
    }

    public Task EndSessionsAsync(IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Ending sessions",
            async session =>
            {
                foreach (var id in connectionIds)
                {
                    await MySqlServer.KillAsync(session, (ulong)id, cancellationToken);
                }

                return true;
            },
            cancellationToken);

    public Task<IMetadataLock?> TryLockAsync(string name, TimeSpan wait, CancellationToken cancellationToken) =>
        _sessions.GuardAsync<IMetadataLock?>(
            $"Taking the lock '{name}'",
            async () =>
            {
                var session = await _sessions.ConnectAsync(cancellationToken);
                try
                {
                    // With GET_LOCK it may stand idle while a dump runs; a lock row sets its own bound.
                    await session.ExecuteAsync(
                        $"SET SESSION wait_timeout = {LockSessionIdleSeconds}", cancellationToken);
                    var longest = TimeSpan.FromSeconds(SqlSessions.StatementSeconds / 2.0);
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

    public Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken) =>
        _sessions.RunAsync<long?>(
            $"Asking who holds the lock '{name}'",
            async session => (long?)await ServerLock.HolderAsync(session, name, cancellationToken),
            cancellationToken);

    public Task<SequenceTables> HeartbeatSequenceAsync(string heartbeatDatabase, CancellationToken cancellationToken) =>
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
        MySqlSession session, string heartbeatDatabase, CancellationToken cancellationToken)
    {
        return new SequenceTables(
            await TableAsync(SequenceTables.MainName),
            await TableAsync(SequenceTables.CopyName),
            await TableAsync(SequenceTables.OldName));

        // The end of the primary key: the table may have hundreds of millions of rows.
        async Task<SequenceTable?> TableAsync(string table)
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
    }

    private static CascadedWriter ReadWriter(MySqlRow row)
    {
        var value = "";
        var identity = new List<string>();
        for (var column = 0; column < row.Columns; column++)
        {
            var name = row.Name(column);
            if (name.Equals("value", StringComparison.OrdinalIgnoreCase))
            {
                value = row.TextOrEmpty(column);
            }
            else if ((name.EndsWith("id", StringComparison.OrdinalIgnoreCase)
                    || name.EndsWith("name", StringComparison.OrdinalIgnoreCase))
                && row.Text(column) is { Length: > 0 and <= 128 } text)
            {
                identity.Add($"{name}={text}");
            }
        }

        return new CascadedWriter(value, string.Join(", ", identity));
    }

    private Task<T> ProjectsAsync<T>(
        string what, string rmDatabase, Func<ProjectTables, Task<T>> ask, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"{what} in {rmDatabase}",
            session => ask(new ProjectTables(session, rmDatabase, cancellationToken)),
            cancellationToken);

    private Task<T> HaConfigAsync<T>(
        string what, string rmDatabase, Func<HaConfigTable, Task<T>> ask, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"{what} in {rmDatabase}",
            session => ask(new HaConfigTable(session, Target.Address, rmDatabase, cancellationToken)),
            cancellationToken);

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
}
