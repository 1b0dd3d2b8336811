namespace Drydock.Reconcilers.Oms;

/// <summary>This part: OMS's own tables, of which only those that are known are read
/// (docs/research/oms.md#metadata-tables).</summary>
internal sealed partial class SqlOmsMetadata
{
    private const int DuplicateLimit = 100_000;
    private const int WriterLimit = 200;
    private const string NotDeleted = "(project_status IS NULL OR project_status <> 'DELETED')";

    private static readonly (ProjectKind Kind, string Table)[] ProjectTables =
        [(ProjectKind.Migration, "oms_project"), (ProjectKind.Synchronization, "oms_sync_project")];

    public Task<ProjectsRead> ProjectsAsync(string rmDatabase, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return _sessions.RunAsync(
            $"Reading the projects in {rmDatabase}", session =>
                ReadProjectsAsync(session, rmDatabase, limit, cancellationToken), cancellationToken);
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

    public Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(
        string cmDatabase, int cmLocation, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<CascadedWriter>>(
            $"Looking for cascaded writers in {cmDatabase}",
            async session => await session.QueryAsync(
                $"SELECT * FROM {Sql.Table(cmDatabase, "config_job")} WHERE `key` = 'sourceFile.blackRegionNo' AND "
                    + $"`value` <> @location LIMIT {WriterLimit.ToString(CultureInfo.InvariantCulture)}",
                ReadWriter,
                cancellationToken,
                ("@location", cmLocation.ToString(CultureInfo.InvariantCulture))),
            cancellationToken);

    public Task<IReadOnlyList<OmsHost>> HostsAsync(string cmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<OmsHost>>(
            $"Reading the hosts in {cmDatabase}",
            async session => await session.QueryAsync(
                $"SELECT ip, host_status FROM {Sql.Table(cmDatabase, "host")} ORDER BY ip",
                row => new OmsHost(row.TextOrEmpty(0), row.TextOrEmpty(1)),
                cancellationToken),
            cancellationToken);

    public Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync<IReadOnlyList<SupervisorHeartbeat>>(
            $"Reading the heartbeats in {heartbeatDatabase}",
            async session => await session.QueryAsync(
                "SELECT host_ip, task_type, TIMESTAMPDIFF(SECOND, gmt_modified, NOW()) FROM "
                    + $"{Sql.Table(heartbeatDatabase, "heart_beat")} WHERE task_name = 'supervisor' ORDER BY host_ip",
                row => new SupervisorHeartbeat(
                    row.TextOrEmpty(0), row.TextOrEmpty(1), row.IsNull(2)
                        ? TimeSpan.MaxValue
                        : TimeSpan.FromSeconds(row.Number(2))),
                cancellationToken),
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
        foreach (var (kind, table) in ProjectTables)
        {
            if (!await Sql.TableExistsAsync(session, rmDatabase, table, cancellationToken))
            {
                continue;
            }

            tables.Add(table);
            total += await session.NumberAsync(
                $"SELECT COUNT(*) FROM {Sql.Table(rmDatabase, table)} WHERE {NotDeleted}",
                cancellationToken);
            projects.AddRange(await session.QueryAsync(
                $"SELECT id, project_name, project_status FROM {Sql.Table(rmDatabase, table)} WHERE {NotDeleted} ORDER "
                    + $"BY id LIMIT {limit.ToString(CultureInfo.InvariantCulture)}",
                row =>
                    new OmsProject(
                        kind, row.TextOrEmpty(0), row.TextOrEmpty(1), row.TextOrEmpty(2)),
                cancellationToken));
        }

        return new ProjectsRead(projects, total, tables);
    }

    private static async Task<IEnumerable<IGrouping<string,
    (string First, string Id, string Name)>>> DuplicatesWithinAsync(
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
            row =>
                (First: row.TextOrEmpty(0), Id: row.TextOrEmpty(1), Name: row.TextOrEmpty(2)),
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
}
