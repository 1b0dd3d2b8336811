using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Reads the catalogue of a database. Every statement contains the snapshot's marker, so that its session can be found
/// in the process list.
/// </summary>
internal sealed partial class CatalogueReader(MySqlConnection connection, string comment)
{
    // 1044, 1142, 1227: access denied; 1356: a view whose tables no longer exist; 1370: no privilege on a routine.
    private static readonly int[] Unreadable = [1044, 1142, 1227, 1356, 1370];

    /// <summary>Reads a database; null if the server has none of that name.</summary>
    internal async Task<DatabaseCatalogue?> ReadAsync(
        string database, bool countRows, CancellationToken cancellationToken)
    {
        var schema = await ListAsync(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE "
                + "SCHEMA_NAME = @db",
            database,
            cancellationToken).ConfigureAwait(false);
        if (schema.Count == 0)
        {
            return null;
        }

        await connection.ChangeDatabaseAsync(database, cancellationToken).ConfigureAwait(false);
        var tables = new List<SnapshotTable>();
        var views = new List<SnapshotObject>();
        var sequences = new List<SnapshotObject>();
        foreach (var row in Sorted(
            await ListAsync(
                "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = @db",
                database,
                cancellationToken).ConfigureAwait(false)))
        {
            var quoted = MySqlIdentifier.Quote(row[0]);
            switch (row[1])
            {
                case "VIEW" or "SYSTEM VIEW":
                    views.Add(
                        new SnapshotObject(
                            row[0],
                            await HashAsync(
                                $"SHOW CREATE VIEW {quoted}", [1], cancellationToken).ConfigureAwait(false)));
                    break;
                case "SEQUENCE":
                    sequences.Add(
                        new SnapshotObject(
                            row[0],
                            await HashAsync(
                                $"SHOW CREATE SEQUENCE {quoted}", [1], cancellationToken).ConfigureAwait(false)));
                    break;
                default:
                    var rows = countRows ? await CountAsync(quoted, cancellationToken).ConfigureAwait(false) : 0;
                    tables.Add(
                        new SnapshotTable(
                            row[0],
                            rows,
                            await HashAsync(
                                $"SHOW CREATE TABLE {quoted}", [1], cancellationToken).ConfigureAwait(false)));
                    break;
            }
        }

        return new DatabaseCatalogue(
            database,
            schema[0][0],
            schema[0][1],
            tables,
            views,
            await RoutinesAsync(database, cancellationToken).ConfigureAwait(false),
            await ObjectsAsync(
                "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = @db",
                "TRIGGER",
                database,
                [1, 2],
                cancellationToken).ConfigureAwait(false),
            await ObjectsAsync(
                "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = @db",
                "EVENT",
                database,
                [1, 2, 3],
                cancellationToken).ConfigureAwait(false),
            sequences);
    }

    [GeneratedRegex(@" AUTO_INCREMENT=\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex AutoIncrement();

    private static IEnumerable<string[]> Sorted(IEnumerable<string[]> rows) =>
        rows.OrderBy(static r => r[0], StringComparer.Ordinal);

    private async Task<List<SnapshotObject>> RoutinesAsync(string database, CancellationToken cancellationToken)
    {
        var routines = new List<SnapshotObject>();
        var rows = await ListAsync(
            "SELECT CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME), ROUTINE_TYPE, ROUTINE_NAME FROM "
                + "information_schema.ROUTINES WHERE ROUTINE_SCHEMA = @db",
            database,
            cancellationToken).ConfigureAwait(false);
        foreach (var row in Sorted(rows))
        {
            routines.Add(
                new SnapshotObject(
                    row[0],
                    await HashAsync(
                        $"SHOW CREATE {row[1]} {MySqlIdentifier.Quote(row[2])}",
                        [1, 2],
                        cancellationToken).ConfigureAwait(false)));
        }

        return routines;
    }

    private async Task<List<SnapshotObject>> ObjectsAsync(
        string sql, string kind, string database, int[] columns, CancellationToken cancellationToken)
    {
        var objects = new List<SnapshotObject>();
        foreach (var row in Sorted(await ListAsync(sql, database, cancellationToken).ConfigureAwait(false)))
        {
            objects.Add(
                new SnapshotObject(
                    row[0],
                    await HashAsync(
                        $"SHOW CREATE {kind} {MySqlIdentifier.Quote(row[0])}",
                        columns,
                        cancellationToken).ConfigureAwait(false)));
        }

        return objects;
    }

    private async Task<long> CountAsync(string quotedTable, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT COUNT(*) FROM {quotedTable}");
        return Convert.ToInt64(
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private async Task<List<string[]>> ListAsync(string sql, string database, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        command.Parameters.AddWithValue("@db", database);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<string[]>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
            if (rows.Count > SnapshotLimits.CatalogueRows)
            {
                throw new SnapshotException(SnapshotFailure.InvalidRequest, string.Create(
                    CultureInfo.InvariantCulture,
                    $"The server lists more than {SnapshotLimits.CatalogueRows} objects of one kind in database "
                        + $"{database}, which exceeds the limit of a snapshot."));
            }
        }

        return rows;
    }

    // Null when the user may not see the definition; the names are compared in any case.
    private async Task<string?> HashAsync(string sql, int[] columns, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Command(sql);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false) || columns.Any(reader.IsDBNull))
            {
                return null;
            }

            var text = AutoIncrement().Replace(string.Join('\n', columns.Select(reader.GetString)), "");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
        catch (MySqlException e) when (Unreadable.Contains(e.Number))
        {
            return null;
        }
    }

    private MySqlCommand Command(string sql) => new($"{sql} {comment}", connection) { CommandTimeout = 0 };
}

/// <summary>The content of a database on the server. Lists are in ordinal order of names.</summary>
internal sealed record DatabaseCatalogue(
    string Name,
    string CharacterSet,
    string Collation,
    IReadOnlyList<SnapshotTable> Tables,
    IReadOnlyList<SnapshotObject> Views,
    IReadOnlyList<SnapshotObject> Routines,
    IReadOnlyList<SnapshotObject> Triggers,
    IReadOnlyList<SnapshotObject> Events,
    IReadOnlyList<SnapshotObject> Sequences)
{
    internal bool IsEmpty =>
        Tables.Count + Views.Count + Routines.Count + Triggers.Count + Events.Count + Sequences.Count == 0;
}
