namespace Drydock.Reconcilers.Oms;

/// <summary>This part: names of projects, read and changed (docs/research/oms.md#checks-before-an-upgrade).</summary>
internal sealed partial class SqlOmsMetadata
{
    private const int ShortestNameColumn = 1;

    public Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading the project names in {rmDatabase}",
            async connection =>
            {
                var projects = new List<OmsProject>();
                var limits = new Dictionary<ProjectKind, int>();
                var truncated = false;
                foreach (var (kind, table) in await PresentTablesAsync(connection, rmDatabase, cancellationToken))
                {
                    var rows = await Sql.QueryAsync(
                        connection,
                        $"SELECT id, project_name, project_status FROM {Sql.Table(rmDatabase, table)} ORDER BY id "
                            + $"LIMIT {(DuplicateLimit + 1).ToString(CultureInfo.InvariantCulture)}",
                        reader =>
                            new OmsProject(
                                kind,
                                Sql.TextOrEmpty(reader, 0),
                                Sql.TextOrEmpty(reader, 1),
                                Sql.TextOrEmpty(reader, 2)),
                        cancellationToken);
                    truncated |= rows.Count > DuplicateLimit;
                    projects.AddRange(rows.Take(DuplicateLimit));
                    limits[kind] = (int)Math.Clamp(
                        await Sql.NumberAsync(
                            connection,
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
            async connection =>
            {
                var tables = await PresentTablesAsync(connection, rmDatabase, cancellationToken);
                var used = new List<string>();
                foreach (var name in names)
                {
                    if (await HoldersAsync(connection, rmDatabase, tables, name, cancellationToken) is { Count: > 0 })
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
            $"Reading projects in {rmDatabase}", connection =>
                ByIdAsync(connection, rmDatabase, ids, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken)
    {
        return _sessions.GuardAsync(
            $"Renaming projects in {rmDatabase}",
            () =>
                metadataLock.RunAsync(
                    (connection, token) => RenameAsync(connection, rmDatabase, renames, mustBeFree, token),
                    cancellationToken),
            cancellationToken);
    }

    // One transaction: all of them or none. The session is the lock's own, so a broken one has committed everything or
    // nothing.
    private static async Task<IReadOnlyList<string>> RenameAsync(
        DbConnection connection, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken)
    {
        var tables = await PresentTablesAsync(connection, rmDatabase, cancellationToken);
        await Sql.ExecuteAsync(connection, "START TRANSACTION", cancellationToken);
        var problems = new List<string>();
        foreach (var rename in renames)
        {
            // On an error the caller gives the session up, and the server rolls back.
            if (await ProblemAsync(connection, rmDatabase, tables, rename, mustBeFree, cancellationToken)
                is { } problem)
            {
                problems.Add(problem);
            }
        }

        await Sql.ExecuteAsync(connection, problems.Count == 0 ? "COMMIT" : "ROLLBACK", cancellationToken);
        return problems;
    }

    private static async Task<string?> ProblemAsync(
        DbConnection connection, string rmDatabase, IReadOnlyList<(ProjectKind Kind, string Table)> tables,
        ProjectRename rename, bool mustBeFree, CancellationToken cancellationToken)
    {
        var key = ProjectRenamer.Key(rename.Kind, rename.Id);
        if (!tables.Any(entry => entry.Kind == rename.Kind))
        {
            return $"{key}: its table does not exist any more";
        }

        if (mustBeFree
            && (await HoldersAsync(connection, rmDatabase, tables, rename.NewName, cancellationToken))
                .Find(holder => holder != key) is { } other)
        {
            return $"{key}: the name '{rename.NewName}' now belongs to {other}";
        }

        // Hex digits compare byte for byte under any collation.
        var changed = await Sql.ExecuteAsync(
            connection,
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
        var now = await ByIdAsync(connection, rmDatabase, [(rename.Kind, rename.Id)], cancellationToken);
        return now is [{ } row] && row.Name == rename.NewName
            ? null
            : $"{key}: the new name '{rename.NewName}' reads back differently";
    }

    private static async Task<IReadOnlyList<OmsProject>> ByIdAsync(
        DbConnection connection, string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids,
        CancellationToken cancellationToken)
    {
        var projects = new List<OmsProject>();
        foreach (var (kind, table) in await PresentTablesAsync(connection, rmDatabase, cancellationToken))
        {
            var (list, parameters) = Sql.In(ids.Where(entry => entry.Kind == kind).Select(entry => entry.Id));
            projects.AddRange(await Sql.QueryAsync(
                connection,
                $"SELECT id, project_name, project_status FROM {Sql.Table(rmDatabase, table)} WHERE id IN ({list}) "
                    + "ORDER BY id",
                reader =>
                    new OmsProject(
                        kind, Sql.TextOrEmpty(reader, 0), Sql.TextOrEmpty(reader, 1), Sql.TextOrEmpty(reader, 2)),
                cancellationToken,
                parameters));
        }

        return projects;
    }

    private static async Task<List<string>> HoldersAsync(
        DbConnection connection, string rmDatabase, IReadOnlyList<(ProjectKind Kind, string Table)> tables, string name,
        CancellationToken cancellationToken)
    {
        var holders = new List<string>();
        foreach (var (kind, table) in tables)
        {
            holders.AddRange(await Sql.QueryAsync(
                connection,
                $"SELECT id FROM {Sql.Table(rmDatabase, table)} WHERE project_name = @name LIMIT 2",
                reader => ProjectRenamer.Key(kind, Sql.TextOrEmpty(reader, 0)),
                cancellationToken,
                ("@name", name)));
        }

        return holders;
    }

    private static async Task<IReadOnlyList<(ProjectKind Kind, string Table)>> PresentTablesAsync(
        DbConnection connection, string rmDatabase, CancellationToken cancellationToken)
    {
        var present = new List<(ProjectKind Kind, string Table)>();
        foreach (var entry in ProjectTables)
        {
            if (await Sql.TableExistsAsync(connection, rmDatabase, entry.Table, cancellationToken))
            {
                present.Add(entry);
            }
        }

        return present;
    }
}
