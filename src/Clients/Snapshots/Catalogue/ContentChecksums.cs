namespace Drydock.Clients.Snapshots;

/// <summary>Checksums of the present rows of tables, computed by the server, so that no value leaves it. The order of
/// the rows does not matter.</summary>
internal static class ContentChecksums
{
    // 1305: the server has no such function (CRC32).
    private const int NoFunction = 1305;

    /// <summary>Reads every base table of a database once; returns none if the server cannot compute them.</summary>
    internal static async Task<Dictionary<string, string>> ReadAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, string>(StringComparer.Ordinal);
        var tables = (await RowsAsync("TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES"))
            .Where(static row => row[1] is "BASE TABLE" or "SYSTEM VERSIONED" && row[0] != RestoreWitness.Table)
            .Select(static row => row[0]!)
            .ToHashSet(StringComparer.Ordinal);
        var columns = await RowsAsync(
            "TABLE_NAME, COLUMN_NAME, DATA_TYPE, COALESCE(EXTRA, '') FROM information_schema.COLUMNS");

        // A TIMESTAMP is printed in the time zone of the session.
        await session.ExecuteAsync("SET SESSION time_zone='+00:00'", cancellationToken);
        foreach (var table in columns.Where(row => tables.Contains(row[0]!)).GroupBy(
            static row => row[0]!, StringComparer.Ordinal))
        {
            // In the order of their names, because a column of a loaded table may be at another place.
            var values = table.Where(static row => !TableSelection.IsGenerated(row[3]!))
                .OrderBy(static row => row[1], StringComparer.Ordinal)
                .Select(static row => $", IFNULL(CRC32({Text(MySqlIdentifier.Quote(row[1]!), row[2]!)}), 'N')");
            try
            {
                sums[table.Key] = (await session.ScalarAsync(
                    $"SELECT COALESCE(SUM(CRC32(CONCAT_WS(','{string.Concat(values)}))), 0) FROM "
                        + $"{MySqlIdentifier.Quote(database)}.{MySqlIdentifier.Quote(table.Key)}",
                    cancellationToken))!;
            }
            catch (MySqlSessionException e) when (e.Number == NoFunction)
            {
                return [];
            }
        }

        return sums;

        Task<List<string?[]>> RowsAsync(string list) => session.RowsAsync(
            $"SELECT {list} WHERE TABLE_SCHEMA = @db", cancellationToken, ("@db", database));
    }

    // The text of a FLOAT has the digits that a dump keeps: DumpQuestion asks about the others.
    private static string Text(string column, string type) => type.ToUpperInvariant() switch
    {
        "VECTOR" => $"HEX({column})",
        var kind when kind.Contains("GEOM", StringComparison.Ordinal)
            || kind.EndsWith("POINT", StringComparison.Ordinal)
            || kind.EndsWith("STRING", StringComparison.Ordinal)
            || kind.EndsWith("POLYGON", StringComparison.Ordinal) => $"HEX({column})",
        _ => column,
    };
}
