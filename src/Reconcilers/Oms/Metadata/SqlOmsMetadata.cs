namespace Drydock.Reconcilers.Oms;

/// <summary>What is read from and written to OMS's metadata databases. Every method opens its own session; all throw
/// <see cref="OmsMetadataException"/> (which never carries a password or the text of a statement) and
/// <see cref="OperationCanceledException"/>. Database names are validated and quoted. The SQL is portable between MySQL
/// 5.7 and 8, MariaDB and OceanBase's MySQL mode. Of OMS's own tables only those that are known are read
/// (docs/project/research/oms.md#metadata-tables).</summary>
/// <param name="lockTimes">The times of lock rows; null for the default.</param>
internal class SqlOmsMetadata(MySqlOptions target, EndpointPolicy endpoints, LockRowTimes? lockTimes = null)
{
    private const int LockSessionIdleSeconds = 86_400;
    private const int WriterLimit = 200;

    // Threads that apply what another server replicates. They are no clients and cannot be ended.
    private const string ReplicationUser = "system user";

    // Twice what the longest replacement needs, with the remains of one that was interrupted.
    private const int MostTrimStatements = 20;

    private readonly SqlSessions _sessions = new(target, endpoints);

    public MySqlOptions Target => _sessions.Target;

    public virtual Task<ServerFacts> ServerAsync(CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Asking who the server is",
            session => ServerFacts.ReadAsync(session, Target, Target.Address, cancellationToken),
            cancellationToken);

    /// <summary>Which of the databases the server does not have, or hides from the account.</summary>
    public virtual async Task<IReadOnlyList<string>> AbsentAsync(
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

    /// <summary>The server's estimate of data and indexes of each existing database, in bytes.</summary>
    public virtual Task<IReadOnlyList<long>> SizesAsync(
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

    public virtual Task<RestoreCatalogue> RestoreCatalogueAsync(
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

                return new RestoreCatalogue(contents, [.. absent])
                {
                    Questions = await DumpQuestion.ReadAsync(session, databases, "", cancellationToken),
                    OutsideKeys = await ServerFacts.OutsideKeysAsync(session, databases, cancellationToken),
                };
            },
            cancellationToken);

    public virtual Task<IReadOnlyList<OutsideKey>> OutsideKeysAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Reading the foreign keys from other databases",
            session => ServerFacts.OutsideKeysAsync(session, databases, cancellationToken),
            cancellationToken);

    /// <summary>Projects of <c>oms_project</c> and <c>oms_sync_project</c> that are not deleted. Only for OMS below
    /// 4.0.1.</summary>
    /// <param name="limit">How many are read of each table at most.</param>
    public virtual Task<ProjectsRead> ProjectsAsync(
        string rmDatabase, int limit, CancellationToken cancellationToken) =>
        ProjectsAsync("Reading the projects", rmDatabase, tables => tables.ReadAsync(limit), cancellationToken);

    /// <summary>All names used by more than one project that is not deleted, within each table and across both
    /// (docs/project/research/oms.md#checks-before-an-upgrade). Only for OMS below 4.0.1.</summary>
    public virtual Task<IReadOnlyList<DuplicateProjectName>> DuplicateProjectsAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        ProjectsAsync(
            "Looking for duplicate project names", rmDatabase, tables => tables.DuplicatesAsync(), cancellationToken);

    /// <summary>Every row of both project tables, deleted ones included, with the length a name may have. Only for OMS
    /// below 4.0.1.</summary>
    public virtual Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken) =>
        ProjectsAsync("Reading the project names", rmDatabase, tables => tables.NamesAsync(), cancellationToken);

    /// <summary>Which of the names any project has, deleted ones included, as the server's own collations
    /// compare.</summary>
    public virtual Task<IReadOnlyList<string>> NamesInUseAsync(
        string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        ProjectsAsync("Looking for project names", rmDatabase, tables => tables.InUseAsync(names), cancellationToken);

    /// <summary>The rows with these ids; those that do not exist are left out.</summary>
    public virtual Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(
        string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids,
        CancellationToken cancellationToken) =>
        ProjectsAsync("Reading projects", rmDatabase, tables => tables.ByIdAsync(ids), cancellationToken);

    /// <summary>Renames projects in one transaction in the session that holds the lock, each only if it still has its
    /// old name byte for byte: all of them or none. Returns what prevented it; empty if all are renamed.</summary>
    /// <param name="metadataLock">The lock; after an error its session must be closed, so that the server rolls back
    /// what was not committed.</param>
    public virtual Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken) =>
        metadataLock.RunAsync(
            (session, token) => new ProjectTables(session, rmDatabase, token).RenameAsync(renames, mustBeFree),
            cancellationToken);

    /// <summary>Reads the <c>ha.config</c> row of <c>oms_normal_config</c>
    /// (docs/project/research/oms.md#high-availability).</summary>
    public virtual Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken) =>
        HaConfigAsync($"Reading {HaConfigKeys.RowName}", rmDatabase, table => table.ReadAsync(), cancellationToken);

    /// <summary>Writes <c>ha.config</c> only if it still holds, byte for byte, what was read. True if the row holds
    /// <paramref name="newRaw"/> afterwards.</summary>
    public virtual Task<bool> CompareAndSwapHaConfigAsync(
        string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken) =>
        HaConfigAsync(
            $"Writing {HaConfigKeys.RowName}",
            rmDatabase,
            table => table.CompareAndSwapAsync(expectedRaw, newRaw),
            cancellationToken);

    /// <summary>Why <see cref="InsertHaConfigAsync"/> would refuse: the table is not there, or has a column whose value
    /// cannot be guessed. Null if it would not.</summary>
    public virtual Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken) =>
        HaConfigAsync(
            $"Looking at the columns of {HaConfigTable.Name}",
            rmDatabase,
            table => table.InsertProblemAsync(),
            cancellationToken);

    /// <summary>Inserts the absent <c>ha.config</c> row in the session that holds the lock. True if the row was
    /// inserted, false if there was one already. Columns that must have a value and have no default get one that fits
    /// (time: now; number: 0 or the next key; text: empty); refuses (<see cref="OmsMetadataErrorKind.Other"/>) if there
    /// is one whose value cannot be guessed.</summary>
    public virtual Task<bool> InsertHaConfigAsync(
        IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken) =>
        metadataLock.RunAsync(
            (session, token) => new HaConfigTable(session, Target.Address, rmDatabase, token).InsertAsync(raw),
            cancellationToken);

    /// <summary>Writers whose <c>sourceFile.blackRegionNo</c> differs from the region's <c>cm_location</c>, at most
    /// 200.</summary>
    public virtual Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(
        string cmDatabase, int cmLocation, CancellationToken cancellationToken) =>
        RowsAsync(
            $"Looking for cascaded writers in {cmDatabase}",
            $"SELECT * FROM {Sql.Table(cmDatabase, "config_job")} WHERE `key` = 'sourceFile.blackRegionNo' AND "
                + $"`value` <> @location LIMIT {WriterLimit}",
            ReadWriter,
            cancellationToken,
            ("@location", cmLocation.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The hosts cluster management knows, and their status
    /// (docs/project/research/oms.md#metadata-tables).</summary>
    public virtual Task<IReadOnlyList<MetadataHost>> HostsAsync(
        string cmDatabase, CancellationToken cancellationToken) =>
        RowsAsync(
            $"Reading the hosts in {cmDatabase}",
            $"SELECT ip, host_status FROM {Sql.Table(cmDatabase, "host")} ORDER BY ip",
            row => new MetadataHost(row.TextOrEmpty(0), row.TextOrEmpty(1)),
            cancellationToken);

    /// <summary>The supervisors' heartbeats of one region, with their age as the server's own clock gives it
    /// (docs/project/research/oms.md#hosts).</summary>
    public virtual Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        RowsAsync(
            $"Reading the heartbeats in {heartbeatDatabase}",
            "SELECT host_ip, TIMESTAMPDIFF(SECOND, gmt_modified, NOW()) FROM "
                + $"{Sql.Table(heartbeatDatabase, "heart_beat")} WHERE task_name = 'supervisor' ORDER BY host_ip",
            row => new SupervisorHeartbeat(
                row.TextOrEmpty(0), row.IsNull(1) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(row.Number(1))),
            cancellationToken);

    /// <summary>The versions in <see cref="VersionTable"/>; null if there is no such table.</summary>
    public virtual Task<IReadOnlyList<string>?> VersionsAsync(string rmDatabase, CancellationToken cancellationToken) =>
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

    public virtual Task<IReadOnlyList<ClusterInfoRow>> ClusterInfoAsync(
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

    /// <summary>Sessions of others that have one of the databases as their current one. Never the text of a
    /// statement.</summary>
    public virtual async Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
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

    /// <summary>Ends sessions by connection id; a missing session is not an error. The server ends them a moment later:
    /// read again.</summary>
    public virtual Task EndSessionsAsync(
        IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken) =>
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

    /// <summary>Takes a named lock in a dedicated session that lives until the result is disposed: <c>GET_LOCK</c>, or
    /// a lock row where the server has none. Null if another session holds it for the whole of <paramref name="wait"/>;
    /// the row of a session that is no longer listed is waited for until it lapses (75 s).</summary>
    public virtual Task<IMetadataLock?> TryLockAsync(string name, TimeSpan wait, CancellationToken cancellationToken) =>
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

    public virtual Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken) =>
        _sessions.RunAsync<long?>(
            $"Asking who holds the lock '{name}'",
            async session => (long?)await ServerLock.HolderAsync(session, name, cancellationToken),
            cancellationToken);

    public virtual Task<SequenceTables> HeartbeatSequenceAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading {SequenceTables.MainName} in {heartbeatDatabase}",
            session => SequenceTablesAsync(session, heartbeatDatabase, cancellationToken),
            cancellationToken);

    /// <summary>Which server answers, and what its databases hold, read in one session.</summary>
    /// <param name="heartbeats">The heartbeat databases.</param>
    /// <param name="schemas">The databases whose tables and columns are read.</param>
    public virtual Task<MetadataContent> ContentAsync(
        IEnumerable<string> heartbeats, IReadOnlyCollection<string> schemas, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Comparing the server and its content",
            async session =>
            {
                var newest = new SortedDictionary<string, long>(StringComparer.Ordinal);
                foreach (var database in heartbeats)
                {
                    if ((await SequenceTablesAsync(session, database, cancellationToken)).Newest is { } id)
                    {
                        newest[database] = id;
                    }
                }

                var (list, parameters) = Sql.In(schemas);
                var columns = await session.QueryAsync(
                    "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS "
                        + $"WHERE TABLE_SCHEMA IN ({list})",
                    row => row.Texts(),
                    cancellationToken,
                    parameters);
                return new MetadataContent(newest, MetadataContent.SchemaOf(columns))
                {
                    Identity = (await MySqlServer.IdentifyAsync(session, cancellationToken)).Identity,
                    IsReplica = await MySqlServer.IsReplicaAsync(session, cancellationToken) == true,
                };
            },
            cancellationToken);

    /// <summary>Replaces <c>heatbeat_sequence</c> by a table with its newest row, in the session that holds the lock,
    /// or completes a replacement that was interrupted (docs/project/research/oms.md#heartbeat-sequence). It takes as
    /// long for any number of rows, and may be repeated.</summary>
    public virtual Task TrimHeartbeatSequenceAsync(
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

    /// <summary>The statements of a trim that nothing interrupts, in their order.</summary>
    public static string TrimTexts(string heartbeatDatabase) => string.Join("; ", new[]
    {
        TrimStatement.CreateCopy, TrimStatement.FillCopy, TrimStatement.Swap, TrimStatement.AddNewest,
        TrimStatement.DropOld,
    }.Select(statement => TrimText(statement, heartbeatDatabase)));

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

/// <param name="Databases">What the existing databases hold.</param>
/// <param name="AbsentLists">Views of information_schema that the server does not have.</param>
internal sealed record RestoreCatalogue(IReadOnlyList<RestoreContent> Databases, IReadOnlyList<string> AbsentLists)
{
    public IReadOnlyList<DumpQuestion> Questions { get; init; } = [];

    public IReadOnlyList<OutsideKey> OutsideKeys { get; init; } = [];
}

/// <summary>The <c>ha.config</c> row as it was read.</summary>
/// <param name="Present">False if there is no row or no such table (OMS up to 3.3.0): HA is off then.</param>
/// <param name="Raw">The text of <c>cfg_value</c>, unchanged; null if there is no row.</param>
/// <param name="TablePresent">False if even the table does not exist.</param>
internal sealed record HaConfigRow(bool Present, string? Raw, bool TablePresent = true)
{
    public bool Enabled => Raw is { } raw && HaConfig.TryParse(raw, out var config, out _) && config.Enable;
}

/// <param name="Projects">Those read, migration first, in the order of their ids.</param>
internal sealed record ProjectsRead(IReadOnlyList<OmsProject> Projects, long Total)
{
    public bool Truncated => Total > Projects.Count;
}

/// <param name="Projects">The rows, migration first, in the order of their ids.</param>
/// <param name="Limits">Length of <c>project_name</c> as the catalogue has it; of a table that does not exist, that of
/// the other.</param>
/// <param name="Truncated">True if there are more rows than were read.</param>
internal sealed record ProjectNamesRead(IReadOnlyList<OmsProject> Projects, ProjectNameLimits Limits, bool Truncated);

/// <summary>A writer whose <c>sourceFile.blackRegionNo</c> is not the region's <c>cm_location</c>.</summary>
/// <param name="Identity">What the row says of whose setting it is: <c>id=7, job_id=12</c>. The columns of this table
/// are not public, so those ending in id or name are shown.</param>
internal sealed record CascadedWriter(string Value, string Identity);

/// <summary>A host as cluster management knows it (<c>host</c> in the cm database).</summary>
/// <param name="Status">Its status; <c>ONLINE</c> is the only value known publicly.</param>
internal sealed record MetadataHost(string Ip, string Status)
{
    public static bool IsOnline(string status) =>
        string.Equals(status.Trim(), "ONLINE", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A supervisor's heartbeat (<c>heart_beat</c> in a heartbeat database).</summary>
/// <param name="HostIp">The node's address, its OMS_HOST_IP.</param>
/// <param name="Age">How long ago by the server's own clock; may be slightly negative.</param>
internal sealed record SupervisorHeartbeat(string HostIp, TimeSpan Age)
{
    public static TimeSpan? Newest(IEnumerable<SupervisorHeartbeat> beats, string address) => beats
        .Where(b => NodeAddress.Same(b.HostIp, address) && b.Age < TimeSpan.MaxValue)
        .Min(b => (TimeSpan?)b.Age);
}

/// <summary>A region as OMS itself has it (<c>cluster_info</c> in the rm database;
/// docs/project/research/oms.md#metadata-tables).</summary>
/// <param name="Region"><c>cm_region</c>; may be empty in a single-region system.</param>
/// <param name="Code"><c>cm_location</c> as text.</param>
internal sealed record ClusterInfoRow(string Region, string Code, bool IsDefault);

/// <summary>A session on the metadata server. Never the text of its statement.</summary>
/// <param name="Host">Where it comes from, <c>host:port</c>.</param>
/// <param name="Command">What kind of command it runs, for instance <c>Sleep</c> or <c>Query</c>.</param>
/// <param name="Seconds">For how long it has been doing that.</param>
internal sealed record MetadataSession(
    long Id, string User, string Host, string Database, string Command, long Seconds = 0)
{
    public string Client =>
        Host.LastIndexOf(':') is > 0 and var colon && Host.IndexOf(':', StringComparison.Ordinal) == colon
            ? Host[..colon]
            : Host;

    /// <summary>For messages, its connection id first. The seconds are rounded down, so that a message does not change
    /// with each of them: it is written into a status.</summary>
    public override string ToString() =>
        $"{Id} ({User}@{Host}/{Database}, {Command} {Seconds - (Seconds % (Seconds < 60 ? 10 : 60))} s)";
}
