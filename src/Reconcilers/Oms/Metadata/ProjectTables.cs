namespace Drydock.Reconcilers.Oms;

/// <summary>The tables of projects in a rm database, asked and changed in one session. They are known for OMS below
/// 4.0.1 (docs/project/research/oms.md#metadata-tables).</summary>
internal sealed class ProjectTables(MySqlSession session, string rmDatabase, CancellationToken cancellationToken)
{
    private const int DuplicateLimit = 100_000;
    private const int ShortestNameColumn = 1;
    private const string NotDeleted = "(project_status IS NULL OR project_status <> 'DELETED')";

    private static readonly (ProjectKind Kind, string Name)[] Known =
        [(ProjectKind.Migration, "oms_project"), (ProjectKind.Synchronization, "oms_sync_project")];

    private List<(ProjectKind Kind, string Name, string Table)>? _present;

    public async Task<ProjectsRead> ReadAsync(int limit)
    {
        var projects = new List<OmsProject>();
        var total = 0L;
        foreach (var (kind, _, table) in await PresentAsync())
        {
            total += await session.NumberAsync($"SELECT COUNT(*) FROM {table} WHERE {NotDeleted}", cancellationToken);
            projects.AddRange(await RowsAsync(kind, table, $"WHERE {NotDeleted}", limit));
        }

        return new ProjectsRead(projects, total);
    }

    public async Task<IReadOnlyList<DuplicateProjectName>> DuplicatesAsync()
    {
        var projects = await ReadAsync(DuplicateLimit);
        var duplicates = ProjectNames.Duplicates(projects.Projects).ToList();

        // Within a table the server's own collation decides, as where people check it: it may hold more names for equal
        // than we do.
        foreach (var (kind, _, table) in await PresentAsync())
        {
            var rows = await session.QueryAsync($"""
                SELECT d.first_id, p.id, p.project_name FROM {table} p
                JOIN (SELECT MIN(id) AS first_id, project_name FROM {table} WHERE {NotDeleted}
                  GROUP BY project_name HAVING COUNT(*) > 1) d ON d.project_name = p.project_name
                WHERE {NotDeleted.Replace("project_status", "p.project_status", StringComparison.Ordinal)}
                ORDER BY d.first_id, p.id LIMIT {DuplicateLimit}
                """,
                row => (First: row.TextOrEmpty(0), Id: row.TextOrEmpty(1), Name: row.TextOrEmpty(2)),
                cancellationToken);
            foreach (var group in rows.GroupBy(row => row.First, StringComparer.Ordinal))
            {
                List<string> ids = [.. group.Select(row => row.Id)];
                var found = new DuplicateProjectName(
                    group.First().Name,
                    kind == ProjectKind.Migration ? ids : [],
                    kind == ProjectKind.Synchronization ? ids : []);
                if (!duplicates.Exists(found.IsWithin))
                {
                    duplicates.RemoveAll(known => known.IsWithin(found));
                    duplicates.Add(found);
                }
            }
        }

        return duplicates;
    }

    public async Task<ProjectNamesRead> NamesAsync()
    {
        var projects = new List<OmsProject>();
        var limits = new Dictionary<ProjectKind, int>();
        var truncated = false;
        foreach (var (kind, name, table) in await PresentAsync())
        {
            var rows = await RowsAsync(kind, table, where: "", DuplicateLimit + 1);
            truncated |= rows.Count > DuplicateLimit;
            projects.AddRange(rows.Take(DuplicateLimit));
            var length = await session.NumberAsync(
                "SELECT CHARACTER_MAXIMUM_LENGTH FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = @db "
                    + "AND TABLE_NAME = @table AND COLUMN_NAME = 'project_name'",
                cancellationToken,
                ("@db", rmDatabase),
                ("@table", name));
            limits[kind] = (int)Math.Clamp(length, ShortestNameColumn, ushort.MaxValue);
        }

        var any = limits.Values.DefaultIfEmpty(ShortestNameColumn).Min();
        return new ProjectNamesRead(
            projects,
            new ProjectNameLimits(
                limits.GetValueOrDefault(ProjectKind.Migration, any),
                limits.GetValueOrDefault(ProjectKind.Synchronization, any)),
            truncated);
    }

    public async Task<IReadOnlyList<string>> InUseAsync(IEnumerable<string> names)
    {
        var used = new List<string>();
        foreach (var name in names)
        {
            if (await HoldersAsync(name) is { Count: > 0 })
            {
                used.Add(name);
            }
        }

        return used;
    }

    public async Task<IReadOnlyList<OmsProject>> ByIdAsync(IReadOnlyCollection<(ProjectKind Kind, string Id)> ids)
    {
        var projects = new List<OmsProject>();
        foreach (var (kind, _, table) in await PresentAsync())
        {
            var (list, parameters) = Sql.In(ids.Where(entry => entry.Kind == kind).Select(entry => entry.Id));
            projects.AddRange(await RowsAsync(kind, table, $"WHERE id IN ({list})", int.MaxValue, parameters));
        }

        return projects;
    }

    // One transaction: all of them or none. The session is that of the lock, so a broken one has committed everything
    // or nothing.
    public async Task<IReadOnlyList<string>> RenameAsync(IReadOnlyList<ProjectRename> renames, bool mustBeFree)
    {
        await PresentAsync();
        await session.ExecuteAsync("START TRANSACTION", cancellationToken);
        var problems = new List<string>();
        foreach (var rename in renames)
        {
            // On an error the caller gives the session up, and the server rolls back.
            if (await ProblemAsync(rename, mustBeFree) is { } problem)
            {
                problems.Add(problem);
            }
        }

        await session.ExecuteAsync(problems.Count == 0 ? "COMMIT" : "ROLLBACK", cancellationToken);
        return problems;
    }

    private async Task<string?> ProblemAsync(ProjectRename rename, bool mustBeFree)
    {
        var key = ProjectRenamer.Key(rename.Kind, rename.Id);
        if ((await PresentAsync()).Find(entry => entry.Kind == rename.Kind).Table is not { } table)
        {
            return $"{key}: its table does not exist any more";
        }

        if (mustBeFree && (await HoldersAsync(rename.NewName)).Find(holder => holder != key) is { } other)
        {
            return $"{key}: the name '{rename.NewName}' now belongs to {other}";
        }

        // Hex digits compare byte for byte under any collation.
        var changed = await session.ExecuteAsync(
            $"UPDATE {table} SET project_name = @new WHERE id = @id AND "
                + "HEX(CONVERT(project_name USING utf8mb4)) = @old",
            cancellationToken,
            ("@new", rename.NewName),
            ("@id", rename.Id),
            ("@old", Convert.ToHexString(Encoding.UTF8.GetBytes(rename.OldName))));
        if (changed != 1)
        {
            return $"{key}: it is not named '{rename.OldName}' any more, or does not exist";
        }

        // A server that is not strict cuts long values.
        return await ByIdAsync([(rename.Kind, rename.Id)]) is [{ } row] && row.Name == rename.NewName
            ? null
            : $"{key}: the new name '{rename.NewName}' reads back differently";
    }

    private async Task<List<string>> HoldersAsync(string name)
    {
        var holders = new List<string>();
        foreach (var (kind, _, table) in await PresentAsync())
        {
            holders.AddRange(await session.QueryAsync(
                $"SELECT id FROM {table} WHERE project_name = @name LIMIT 2",
                row => ProjectRenamer.Key(kind, row.TextOrEmpty(0)),
                cancellationToken,
                ("@name", name)));
        }

        return holders;
    }

    private Task<List<OmsProject>> RowsAsync(
        ProjectKind kind, string table, string where, int limit, params (string Name, object? Value)[] parameters) =>
        session.QueryAsync(
            $"SELECT id, project_name, project_status FROM {table} {where} ORDER BY id LIMIT {limit}",
            row => new OmsProject(kind, row.TextOrEmpty(0), row.TextOrEmpty(1), row.TextOrEmpty(2)),
            cancellationToken,
            parameters);

    private async Task<List<(ProjectKind Kind, string Name, string Table)>> PresentAsync()
    {
        if (_present is null)
        {
            _present = [];
            foreach (var (kind, name) in Known)
            {
                if (await Sql.TableExistsAsync(session, rmDatabase, name, cancellationToken))
                {
                    _present.Add((kind, name, Sql.Table(rmDatabase, name)));
                }
            }
        }

        return _present;
    }
}
