namespace Drydock.Clients.Snapshots;

/// <summary>Reads the catalogue of a database. Every statement contains the snapshot's marker, so that its session can
/// be found in the process list.</summary>
internal sealed partial class CatalogueReader(MySqlSession session, string comment)
{
    // 1044, 1142, 1227: access denied; 1356: a view whose tables no longer exist; 1370: no privilege on a routine;
    // 1149, 1235: the server has no such statement.
    private static readonly int[] Unreadable = [1044, 1142, 1149, 1227, 1235, 1356, 1370];

    // 1049, 1109, 1146: a view of information_schema that the server does not have (OceanBase 3: EVENTS).
    private static readonly int[] NotThere = [1049, 1109, 1146];

    /// <summary>The rows of system-versioned tables are counted with those of the past.</summary>
    internal bool CountsHistory { get; init; }

    internal SortedSet<string> Absent { get; } = new(StringComparer.Ordinal);

    /// <summary>Tables read so far that keep the rows of the past (MariaDB's system versioning).</summary>
    internal List<(string Database, string Table)> Versioned { get; } = [];

    internal async Task<ManifestDatabase?> ReadAsync(
        string database, bool countRows, CancellationToken cancellationToken)
    {
        var schema = await ListAsync(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE "
                + "SCHEMA_NAME = @db",
            database,
            cancellationToken);
        if (schema.Count == 0)
        {
            return null;
        }

        await session.ExecuteAsync($"USE {MySqlIdentifier.Quote(database)}", cancellationToken);
        var tables = new List<SnapshotTable>();
        var views = new List<SnapshotObject>();
        var sequences = new List<SnapshotObject>();
        foreach (var row in Sorted(
            await ListAsync(
                "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = @db "
                    + $"AND TABLE_NAME <> '{RestoreWitness.Table}'",
                database,
                cancellationToken)))
        {
            var quoted = MySqlIdentifier.Quote(row[0]);
            switch (row[1])
            {
                case "VIEW" or "SYSTEM VIEW":
                    views.Add(await ObjectAsync(row[0], $"SHOW CREATE VIEW {quoted}", [1], cancellationToken));
                    break;
                case "SEQUENCE":
                    sequences.Add(await ObjectAsync(row[0], $"SHOW CREATE SEQUENCE {quoted}", [1], cancellationToken));
                    break;
                default:
                    var from = quoted;
                    if (row[1] == "SYSTEM VERSIONED")
                    {
                        Versioned.Add((database, row[0]));
                        from += CountsHistory ? " FOR SYSTEM_TIME ALL" : "";
                    }

                    var rows = countRows
                        ? await session.NumberAsync($"SELECT COUNT(*) FROM {from} {comment}", cancellationToken)
                        : 0;
                    var table = await ObjectAsync(row[0], $"SHOW CREATE TABLE {quoted}", [1], cancellationToken);
                    tables.Add(new SnapshotTable(row[0], rows, table.DefinitionSha256)
                    {
                        Definition = table.Definition,
                    });
                    break;
            }
        }

        return new ManifestDatabase
        {
            Name = database,
            CharacterSet = schema[0][0],
            Collation = schema[0][1],
            // Of a database on a server no file is stored.
            File = new SnapshotFile("", "", 0, 0, "", 0),
            Tables = tables,
            Views = views,
            Routines = await ObjectsAsync(
                "ROUTINES",
                "CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME), ROUTINE_TYPE, ROUTINE_NAME",
                "ROUTINE_SCHEMA",
                [1, 2]),
            Triggers = await ObjectsAsync(
                "TRIGGERS", "TRIGGER_NAME, 'TRIGGER', TRIGGER_NAME", "TRIGGER_SCHEMA", [1, 2]),
            Events = await ObjectsAsync("EVENTS", "EVENT_NAME, 'EVENT', EVENT_NAME", "EVENT_SCHEMA", [1, 2, 3]),
            Sequences = sequences,
        };

        // The columns: name, kind, and name within the kind.
        async Task<List<SnapshotObject>> ObjectsAsync(string view, string columns, string schemaColumn, int[] shown)
        {
            var objects = new List<SnapshotObject>();
            List<string[]> rows = [];
            try
            {
                rows = await ListAsync(
                    $"SELECT {columns} FROM information_schema.{view} WHERE {schemaColumn} = @db",
                    database,
                    cancellationToken);
            }
            catch (MySqlSessionException e) when (NotThere.Contains(e.Number))
            {
                // A server without the view has no such objects.
                Absent.Add(view);
            }

            foreach (var row in Sorted(rows))
            {
                var show = $"SHOW CREATE {row[1]} {MySqlIdentifier.Quote(row[2])}";
                objects.Add(await ObjectAsync(row[0], show, shown, cancellationToken));
            }

            return objects;
        }
    }

    /// <summary>Whether the server takes rows of the past back, and every table dates them: MariaDB from 10.11 on.
    /// mysqldump ends with an error at a table whose history is by transactions.</summary>
    internal async Task<bool> TakesHistoryAsync(string database, CancellationToken cancellationToken) =>
        await MySqlServer.VariableAsync(session, "system_versioning_insert_history", cancellationToken) is not null
        && (await ListAsync(
            "SELECT TABLE_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = @db AND "
                + "GENERATION_EXPRESSION = 'ROW START' AND DATA_TYPE = 'bigint'",
            database,
            cancellationToken)).Count == 0;

    [GeneratedRegex(@" AUTO_INCREMENT=\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex AutoIncrement();

    private static IEnumerable<string[]> Sorted(IEnumerable<string[]> rows) =>
        rows.OrderBy(static r => r[0], StringComparer.Ordinal);

    private async Task<List<string[]>> ListAsync(string sql, string database, CancellationToken cancellationToken)
    {
        try
        {
            return await session.QueryAsync(
                $"{sql} {comment}",
                static row => (string[])[.. row.Texts().Select(static text => text ?? "")],
                cancellationToken,
                ("@db", database));
        }
        catch (MySqlSessionException e) when (e.IsTooLarge)
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                $"The server lists more objects of one kind in database {database} than a snapshot may have: "
                    + Sentences.Close(e.Message),
                e);
        }
    }

    // Without a definition when the user may not see it; the names are compared in any case.
    private async Task<SnapshotObject> ObjectAsync(
        string name, string sql, int[] columns, CancellationToken cancellationToken)
    {
        try
        {
            if (await session.RowAsync($"{sql} {comment}", cancellationToken) is not { } row
                || Array.Exists(columns, column => row[column] is null))
            {
                return new SnapshotObject(name, null);
            }

            var text = AutoIncrement().Replace(string.Join('\n', columns.Select(column => row[column])), "");
            return new SnapshotObject(name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))))
            {
                Definition = text,
            };
        }
        catch (MySqlSessionException e) when (Unreadable.Contains(e.Number))
        {
            return new SnapshotObject(name, null);
        }
    }
}

/// <summary>The objects of a database, read by the same queries as for a dump: what they cannot read fails here before
/// the downtime, not in it.</summary>
/// <param name="AbsentLists">Views of information_schema that the server does not have, for instance <c>EVENTS</c>: it
/// has no such objects.</param>
public sealed record DatabaseObjects(ManifestDatabase Content, IReadOnlyList<string> AbsentLists)
{
    /// <summary>Why the server could not load a dump by the tool, for tools of which that is so.</summary>
    public IReadOnlyDictionary<DumpToolKind, string> Refusals { get; private init; } =
        new Dictionary<DumpToolKind, string>();

    /// <summary>Why a database cannot be dumped by the tool, or the dump not loaded; null if it can be.</summary>
    /// <param name="tables">Null for tools of MySQL.</param>
    internal static string? Refusal(
        ManifestDatabase content, TableSelection? tables, MySqlServerKind server, DumpToolKind tool)
    {
        // OceanBase has no statement that shows some kinds of objects.
        var unknown = server == MySqlServerKind.OceanBase ? [] : content.Objects
            .Where(static o => o.DefinitionSha256 is null)
            .Select(static o => o.Name)
            .ToList();
        return unknown.Count == 0
            ? tables?.Refusal(content.Name, server, tool)
            : $"{content.Name} is not dumped, because the server does not show the definition of "
                + $"{Sentences.List(unknown, 10)}. Grant the account SHOW VIEW, TRIGGER and EVENT on `{content.Name}`.*"
                + ", and for routines SELECT on mysql.proc (MySQL 8 and later: SHOW_ROUTINE on *.*); or drop what "
                + "refers to objects that no longer exist.";
    }

    /// <summary>Reads a database; null if there is none of that name. Changes nothing.</summary>
    /// <exception cref="MySqlSessionException">The server refuses a query.</exception>
    public static async Task<DatabaseObjects?> ReadAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var reader = new CatalogueReader(session, "");
        if (await reader.ReadAsync(database, countRows: false, cancellationToken) is not { } all)
        {
            return null;
        }

        var tables = await TableSelection.ReadAsync(session, database, "", cancellationToken);
        return new DatabaseObjects(all, [.. reader.Absent])
        {
            Refusals = Enum.GetValues<DumpToolKind>()
                .Select(tool => (Tool: tool, Text: Refusal(all, tables, session.Kind, tool)))
                .Where(static r => r.Text is not null)
                .ToDictionary(static r => r.Tool, static r => r.Text!),
        };
    }
}
