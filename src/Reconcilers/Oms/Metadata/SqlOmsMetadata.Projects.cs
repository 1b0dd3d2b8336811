namespace Drydock.Reconcilers.Oms;

/// <summary>This part: names of projects, read and changed (docs/research/oms.md#checks-before-an-upgrade).</summary>
internal sealed partial class SqlOmsMetadata
{
    private const int ShortestNameColumn = 1;

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
                    var rows = await session.QueryAsync(
                        $"SELECT id, project_name, project_status FROM {Sql.Table(rmDatabase, table)} ORDER BY id "
                            + $"LIMIT {(DuplicateLimit + 1).ToString(CultureInfo.InvariantCulture)}",
                        row =>
                            new OmsProject(
                                kind,
                                row.TextOrEmpty(0),
                                row.TextOrEmpty(1),
                                row.TextOrEmpty(2)),
                        cancellationToken);
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
        string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync<IReadOnlyList<string>>(
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
    }

    public Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(
        string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync<IReadOnlyList<OmsProject>>(
            $"Reading projects in {rmDatabase}", session =>
                ByIdAsync(session, rmDatabase, ids, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken)
    {
        return _sessions.GuardAsync(
            $"Renaming projects in {rmDatabase}",
            () =>
                metadataLock.RunAsync(
                    (session, token) => RenameAsync(session, rmDatabase, renames, mustBeFree, token),
                    cancellationToken),
            cancellationToken);
    }

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
            projects.AddRange(await session.QueryAsync(
                $"SELECT id, project_name, project_status FROM {Sql.Table(rmDatabase, table)} WHERE id IN ({list}) "
                    + "ORDER BY id",
                row =>
                    new OmsProject(
                        kind, row.TextOrEmpty(0), row.TextOrEmpty(1), row.TextOrEmpty(2)),
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
}
