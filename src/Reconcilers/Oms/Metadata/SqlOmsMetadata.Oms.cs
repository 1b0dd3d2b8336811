namespace Drydock.Reconcilers.Oms;

/// <summary>This part: OMS's own tables, of which only those that are known are read
/// (docs/research/oms.md#metadata-tables), names of projects (docs/research/oms.md#checks-before-an-upgrade), and the
/// <c>ha.config</c> row.</summary>
internal sealed partial class SqlOmsMetadata
{
    private const int DuplicateLimit = 100_000;
    private const int WriterLimit = 200;
    private const int ShortestNameColumn = 1;
    private const string ConfigTable = "oms_normal_config";
    private const string NextKey = "(next)";
    private const string NotDeleted = "(project_status IS NULL OR project_status <> 'DELETED')";

    private static readonly (ProjectKind Kind, string Table)[] ProjectTables =
        [(ProjectKind.Migration, "oms_project"), (ProjectKind.Synchronization, "oms_sync_project")];

    public Task<ProjectsRead> ProjectsAsync(string rmDatabase, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return _sessions.RunAsync(
            $"Reading the projects in {rmDatabase}",
            session => ReadProjectsAsync(session, rmDatabase, limit, cancellationToken),
            cancellationToken);
    }

    public Task<IReadOnlyList<DuplicateProjectName>> DuplicateProjectsAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<DuplicateProjectName>>(
            $"Looking for duplicate project names in {rmDatabase}",
            async session =>
            {
                var projects = await ReadProjectsAsync(session, rmDatabase, DuplicateLimit, cancellationToken);
                var duplicates = ProjectNames.Duplicates(projects.Projects).ToList();

                // Within a table the server's own collation decides, as where people check it: it may hold more names
                // for equal than we do.
                var seen = duplicates.Select(duplicate => duplicate.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
                foreach (var (kind, table) in ProjectTables
                    .Where(entry => projects.TablesRead.Contains(entry.Table, StringComparer.Ordinal)))
                {
                    foreach (var group in await DuplicatesWithinAsync(session, rmDatabase, table, cancellationToken))
                    {
                        var ids = group.Select(row => row.Id).ToList();
                        if (seen.Add(group.First().Name.TrimEnd(' ')))
                        {
                            duplicates.Add(
                                new DuplicateProjectName(
                                    group.First().Name,
                                    kind == ProjectKind.Migration ? ids : [],
                                    kind == ProjectKind.Synchronization ? ids : []));
                        }
                    }
                }

                return duplicates;
            },
            cancellationToken);

    public async Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(
        string cmDatabase, int cmLocation, CancellationToken cancellationToken) =>
        await RowsAsync(
            $"Looking for cascaded writers in {cmDatabase}",
            $"SELECT * FROM {Sql.Table(cmDatabase, "config_job")} WHERE `key` = 'sourceFile.blackRegionNo' AND "
                + $"`value` <> @location LIMIT {WriterLimit.ToString(CultureInfo.InvariantCulture)}",
            ReadWriter,
            cancellationToken,
            ("@location", cmLocation.ToString(CultureInfo.InvariantCulture)));

    public async Task<IReadOnlyList<OmsHost>> HostsAsync(string cmDatabase, CancellationToken cancellationToken) =>
        await RowsAsync(
            $"Reading the hosts in {cmDatabase}",
            $"SELECT ip, host_status FROM {Sql.Table(cmDatabase, "host")} ORDER BY ip",
            row => new OmsHost(row.TextOrEmpty(0), row.TextOrEmpty(1)),
            cancellationToken);

    public async Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        await RowsAsync(
            $"Reading the heartbeats in {heartbeatDatabase}",
            "SELECT host_ip, task_type, TIMESTAMPDIFF(SECOND, gmt_modified, NOW()) FROM "
                + $"{Sql.Table(heartbeatDatabase, "heart_beat")} WHERE task_name = 'supervisor' ORDER BY host_ip",
            row => new SupervisorHeartbeat(
                row.TextOrEmpty(0),
                row.TextOrEmpty(1),
                row.IsNull(2) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(row.Number(2))),
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
                ? await session.QueryAsync("SELECT region, region_cn, cm_url, code, is_default_cm FROM "
                        + $"{Sql.Table(rmDatabase, "cluster_info")} ORDER BY code",
                    row => new ClusterInfoRow(
                        row.TextOrEmpty(0), row.TextOrEmpty(1), row.TextOrEmpty(2),
                        row.TextOrEmpty(3), row.TextOrEmpty(4) is "1" or "true" or "\u0001"),
                    cancellationToken)
                : [],
            cancellationToken);

    private static async Task<ProjectsRead> ReadProjectsAsync(
        MySqlSession session, string rmDatabase, int limit, CancellationToken cancellationToken)
    {
        var projects = new List<OmsProject>();
        var tables = new List<string>();
        var total = 0L;
        foreach (var (kind, table) in await PresentTablesAsync(session, rmDatabase, cancellationToken))
        {
            tables.Add(table);
            total += await session.NumberAsync(
                $"SELECT COUNT(*) FROM {Sql.Table(rmDatabase, table)} WHERE {NotDeleted}", cancellationToken);
            projects.AddRange(await ProjectRowsAsync(
                session, rmDatabase, kind, table, $"WHERE {NotDeleted}", limit, cancellationToken));
        }

        return new ProjectsRead(projects, total, tables);
    }

    private static Task<List<OmsProject>> ProjectRowsAsync(
        MySqlSession session,
        string rmDatabase,
        ProjectKind kind,
        string table,
        string where,
        int limit,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) => session.QueryAsync(
            $"SELECT id, project_name, project_status FROM {Sql.Table(rmDatabase, table)} {where} ORDER BY id "
                + $"LIMIT {limit.ToString(CultureInfo.InvariantCulture)}",
            row => new OmsProject(kind, row.TextOrEmpty(0), row.TextOrEmpty(1), row.TextOrEmpty(2)),
            cancellationToken,
            parameters);

    private static async Task<IEnumerable<IGrouping<string, (string First, string Id, string Name)>>>
        DuplicatesWithinAsync(
            MySqlSession session, string rmDatabase, string table, CancellationToken cancellationToken)
    {
        var name = Sql.Table(rmDatabase, table);
        var rows = await session.QueryAsync($"""
            SELECT d.first_id, p.id, p.project_name FROM {name} p
            JOIN (SELECT MIN(id) AS first_id, project_name FROM {name} WHERE {NotDeleted}
              GROUP BY project_name HAVING COUNT(*) > 1) d ON d.project_name = p.project_name
            WHERE {NotDeleted.Replace("project_status", "p.project_status", StringComparison.Ordinal)}
            ORDER BY d.first_id, p.id LIMIT {DuplicateLimit.ToString(CultureInfo.InvariantCulture)}
            """,
            row => (First: row.TextOrEmpty(0), Id: row.TextOrEmpty(1), Name: row.TextOrEmpty(2)),
            cancellationToken);
        return rows.GroupBy(row => row.First, StringComparer.Ordinal);
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

    public Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading the project names in {rmDatabase}",
            async session =>
            {
                var projects = new List<OmsProject>();
                var limits = new Dictionary<ProjectKind, int>();
                var truncated = false;
                foreach (var (kind, table) in await PresentTablesAsync(session, rmDatabase, cancellationToken))
                {
                    var rows = await ProjectRowsAsync(
                        session, rmDatabase, kind, table, where: "", DuplicateLimit + 1, cancellationToken);
                    truncated |= rows.Count > DuplicateLimit;
                    projects.AddRange(rows.Take(DuplicateLimit));
                    limits[kind] = (int)Math.Clamp(
                        await session.NumberAsync(
                            "SELECT CHARACTER_MAXIMUM_LENGTH FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = @db "
                                + "AND TABLE_NAME = @table AND COLUMN_NAME = 'project_name'",
                            cancellationToken,
                            ("@db", rmDatabase),
                            ("@table", table)),
                        ShortestNameColumn,
                        ushort.MaxValue);
                }

                var any = limits.Values.DefaultIfEmpty(ShortestNameColumn).Min();
                return new ProjectNamesRead(
                    projects,
                    new ProjectNameLimits(
                        limits.GetValueOrDefault(ProjectKind.Migration, any),
                        limits.GetValueOrDefault(ProjectKind.Synchronization, any)),
                    truncated);
            },
            cancellationToken);

    public Task<IReadOnlyList<string>> NamesInUseAsync(
        string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<string>>(
            $"Looking for project names in {rmDatabase}",
            async session =>
            {
                var tables = await PresentTablesAsync(session, rmDatabase, cancellationToken);
                var used = new List<string>();
                foreach (var name in names)
                {
                    if (await HoldersAsync(session, rmDatabase, tables, name, cancellationToken) is { Count: > 0 })
                    {
                        used.Add(name);
                    }
                }

                return used;
            },
            cancellationToken);

    public Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(
        string rmDatabase,
        IReadOnlyCollection<(ProjectKind Kind, string Id)> ids,
        CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading projects in {rmDatabase}",
            session => ByIdAsync(session, rmDatabase, ids, cancellationToken),
            cancellationToken);

    public Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken) =>
        metadataLock.RunAsync(
            (session, token) => RenameAsync(session, rmDatabase, renames, mustBeFree, token), cancellationToken);

    // One transaction: all of them or none. The session is the lock's own, so a broken one has committed everything or
    // nothing.
    private static async Task<IReadOnlyList<string>> RenameAsync(
        MySqlSession session, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken)
    {
        var tables = await PresentTablesAsync(session, rmDatabase, cancellationToken);
        await session.ExecuteAsync("START TRANSACTION", cancellationToken);
        var problems = new List<string>();
        foreach (var rename in renames)
        {
            // On an error the caller gives the session up, and the server rolls back.
            if (await ProblemAsync(session, rmDatabase, tables, rename, mustBeFree, cancellationToken)
                is { } problem)
            {
                problems.Add(problem);
            }
        }

        await session.ExecuteAsync(problems.Count == 0 ? "COMMIT" : "ROLLBACK", cancellationToken);
        return problems;
    }

    private static async Task<string?> ProblemAsync(
        MySqlSession session, string rmDatabase, IReadOnlyList<(ProjectKind Kind, string Table)> tables,
        ProjectRename rename, bool mustBeFree, CancellationToken cancellationToken)
    {
        var key = ProjectRenamer.Key(rename.Kind, rename.Id);
        if (!tables.Any(entry => entry.Kind == rename.Kind))
        {
            return $"{key}: its table does not exist any more";
        }

        if (mustBeFree
            && (await HoldersAsync(session, rmDatabase, tables, rename.NewName, cancellationToken))
                .Find(holder => holder != key) is { } other)
        {
            return $"{key}: the name '{rename.NewName}' now belongs to {other}";
        }

        // Hex digits compare byte for byte under any collation.
        var changed = await session.ExecuteAsync(
            $"UPDATE {Sql.Table(rmDatabase, tables.First(entry => entry.Kind == rename.Kind).Table)} SET project_name "
                + "= @new WHERE id = @id AND HEX(CONVERT(project_name USING utf8mb4)) = @old",
            cancellationToken,
            ("@new", rename.NewName),
            ("@id", rename.Id),
            ("@old", Convert.ToHexString(Encoding.UTF8.GetBytes(rename.OldName))));
        if (changed != 1)
        {
            return $"{key}: it is not named '{rename.OldName}' any more, or does not exist";
        }

        // A server that is not strict cuts long values.
        var now = await ByIdAsync(session, rmDatabase, [(rename.Kind, rename.Id)], cancellationToken);
        return now is [{ } row] && row.Name == rename.NewName
            ? null
            : $"{key}: the new name '{rename.NewName}' reads back differently";
    }

    private static async Task<IReadOnlyList<OmsProject>> ByIdAsync(
        MySqlSession session, string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids,
        CancellationToken cancellationToken)
    {
        var projects = new List<OmsProject>();
        foreach (var (kind, table) in await PresentTablesAsync(session, rmDatabase, cancellationToken))
        {
            var (list, parameters) = Sql.In(ids.Where(entry => entry.Kind == kind).Select(entry => entry.Id));
            projects.AddRange(await ProjectRowsAsync(
                session,
                rmDatabase,
                kind,
                table,
                $"WHERE id IN ({list})",
                int.MaxValue,
                cancellationToken,
                parameters));
        }

        return projects;
    }

    private static async Task<List<string>> HoldersAsync(
        MySqlSession session, string rmDatabase, IReadOnlyList<(ProjectKind Kind, string Table)> tables, string name,
        CancellationToken cancellationToken)
    {
        var holders = new List<string>();
        foreach (var (kind, table) in tables)
        {
            holders.AddRange(await session.QueryAsync(
                $"SELECT id FROM {Sql.Table(rmDatabase, table)} WHERE project_name = @name LIMIT 2",
                row => ProjectRenamer.Key(kind, row.TextOrEmpty(0)),
                cancellationToken,
                ("@name", name)));
        }

        return holders;
    }

    private static async Task<IReadOnlyList<(ProjectKind Kind, string Table)>> PresentTablesAsync(
        MySqlSession session, string rmDatabase, CancellationToken cancellationToken)
    {
        var present = new List<(ProjectKind Kind, string Table)>();
        foreach (var entry in ProjectTables)
        {
            if (await Sql.TableExistsAsync(session, rmDatabase, entry.Table, cancellationToken))
            {
                present.Add(entry);
            }
        }

        return present;
    }

    public Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading {HaConfigKeys.RowName} in {rmDatabase}",
            async session => await Sql.TableExistsAsync(session, rmDatabase, ConfigTable, cancellationToken)
                ? await ReadRowAsync(session, rmDatabase, cancellationToken)
                : new HaConfigRow(false, null, TablePresent: false),
            cancellationToken);

    public Task<bool> CompareAndSwapHaConfigAsync(
        string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync(
            $"Writing {HaConfigKeys.RowName} in {rmDatabase}",
            async session =>
            {
                // Hex digits compare byte for byte under any collation and whatever the column's character set.
                var changed = await session.ExecuteAsync(
                    $"UPDATE {Sql.Table(rmDatabase, ConfigTable)} SET cfg_value = @new WHERE cfg_name = @name AND "
                        + "HEX(CONVERT(cfg_value USING utf8mb4)) = @expected",
                    cancellationToken,
                    ("@new", newRaw),
                    ("@name", HaConfigKeys.RowName),
                    ("@expected", Convert.ToHexString(Encoding.UTF8.GetBytes(expectedRaw))));

                // Servers count changed rows, not matched ones, and a server that is not strict cuts long values.
                var now = await ReadRowAsync(session, rmDatabase, cancellationToken);
                if (changed > 0 && now.Raw != newRaw)
                {
                    throw new OmsMetadataException(
                        OmsMetadataErrorKind.Other,
                        $"{HaConfigKeys.RowName} in {rmDatabase} on metadata server {Target.Address} was written but "
                            + "reads back differently: the column cfg_value is too short for it, or it was changed at "
                            + "the same moment. Check it in the OMS console under System Management > System "
                            + "Parameters.");
                }

                return now.Raw == newRaw;
            },
            cancellationToken);
    }

    public Task<bool> InsertHaConfigAsync(
        IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken) =>
        metadataLock.RunAsync((session, token) => InsertAsync(session, rmDatabase, raw, token), cancellationToken);

    public Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Looking at the columns of {ConfigTable} in {rmDatabase}",
            async session =>
            {
                if (!await Sql.TableExistsAsync(session, rmDatabase, ConfigTable, cancellationToken))
                {
                    return $"table {rmDatabase}.{ConfigTable} does not exist";
                }

                var unknown = (await ColumnsToFillAsync(session, rmDatabase, cancellationToken))
                    .Where(column => Fill(column.Type, column.IsKey) is null)
                    .ToList();
                return unknown.Count == 0
                    ? null
                    : $"{rmDatabase}.{ConfigTable} has no row {HaConfigKeys.RowName}, and of its columns "
                        + $"{string.Join(", ", unknown.Select(column => $"{column.Name} ({column.Type})"))} no value "
                        + "can be guessed";
            },
            cancellationToken);

    private async Task<HaConfigRow> ReadRowAsync(
        MySqlSession session, string rmDatabase, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            $"SELECT cfg_value FROM {Sql.Table(rmDatabase, ConfigTable)} WHERE cfg_name = @name LIMIT 2",
            row => row.TextOrEmpty(0),
            cancellationToken,
            ("@name", HaConfigKeys.RowName));
        return rows.Count switch
        {
            0 => new HaConfigRow(false, null),
            1 => new HaConfigRow(true, rows[0]),
            _ => throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"{rmDatabase}.{ConfigTable} on metadata server {Target.Address} has more than one row "
                    + $"{HaConfigKeys.RowName}, so it is not known which one OMS reads. Remove all but one."),
        };
    }

    private async Task<bool> InsertAsync(
        MySqlSession session, string rmDatabase, string raw, CancellationToken cancellationToken)
    {
        if ((await ReadRowAsync(session, rmDatabase, cancellationToken)).Present)
        {
            return false;
        }

        var names = new StringBuilder("cfg_name, cfg_value");
        var values = new StringBuilder("@name, @value");
        foreach (var (name, type, isKey) in await ColumnsToFillAsync(session, rmDatabase, cancellationToken))
        {
            names.Append(CultureInfo.InvariantCulture, $", {Sql.Name(name)}");
            values.Append(
                CultureInfo.InvariantCulture,
                $", {await ValueAsync(session, rmDatabase, name, type, isKey, cancellationToken)}");
        }

        // The console may insert its default at the same moment; it does not ask for our lock.
        var table = Sql.Table(rmDatabase, ConfigTable);
        var inserted = await session.ExecuteAsync(
            $"INSERT INTO {table} ({names}) SELECT {values} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM {table} AS "
                + "existing WHERE existing.cfg_name = @name)",
            cancellationToken,
            ("@name", HaConfigKeys.RowName),
            ("@value", raw));
        if (inserted > 0 && (await ReadRowAsync(session, rmDatabase, cancellationToken)).Raw != raw)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"{HaConfigKeys.RowName} was inserted in {rmDatabase} on metadata server {Target.Address} but reads "
                    + "back differently; the column cfg_value is probably too short. "
                    + "Set it in the OMS console under System Management > System Parameters.");
        }

        return inserted > 0;
    }

    // Other columns that need a value and have no default.
    private static async Task<List<(string Name, string Type, bool IsKey)>> ColumnsToFillAsync(
        MySqlSession session, string rmDatabase, CancellationToken cancellationToken)
    {
        var columns = await session.QueryAsync("""
            SELECT COLUMN_NAME, LOWER(DATA_TYPE), COLUMN_KEY FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = @db AND TABLE_NAME = @table AND IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL
              AND LOWER(EXTRA) NOT LIKE '%auto_increment%' AND LOWER(EXTRA) NOT LIKE '%generated%'
            ORDER BY ORDINAL_POSITION
            """,
            row => (Name: row.TextOrEmpty(0), Type: row.TextOrEmpty(1), IsKey: row.TextOrEmpty(2) == "PRI"),
            cancellationToken,
            ("@db", rmDatabase),
            ("@table", ConfigTable));
        return [.. columns.Where(column => !IsOurs(column.Name))];

        static bool IsOurs(string name) =>
            name.Equals("cfg_name", StringComparison.OrdinalIgnoreCase)
                || name.Equals("cfg_value", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> ValueAsync(
        MySqlSession session,
        string rmDatabase,
        string column,
        string type,
        bool isKey,
        CancellationToken cancellationToken) =>
        Fill(type, isKey) switch
        {
            NextKey =>
                (await session.NumberAsync(
                    $"SELECT COALESCE(MAX({Sql.Name(column)}), 0) + 1 FROM {Sql.Table(rmDatabase, ConfigTable)}",
                    cancellationToken))
                .ToString(CultureInfo.InvariantCulture),
            { } value => value,
            null => throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"{rmDatabase}.{ConfigTable} on metadata server {Target.Address} has no row {HaConfigKeys.RowName}, "
                    + $"and its column {column} ({type}) needs a value that cannot be guessed. "
                    + $"Set {HaConfigKeys.RowName} once in the OMS console under System Management > System "
                    + "Parameters."),
        };

    // The value for an unknown column; null if it cannot be guessed.
    private static string? Fill(string type, bool isKey) => type switch
    {
        "datetime" or "timestamp" => "NOW()",
        "date" => "CURDATE()",
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" when isKey => NextKey,
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "decimal" or "float" or "double" or "bit" => "0",
        "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" when !isKey => "''",
        _ => null,
    };
}
