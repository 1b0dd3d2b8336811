namespace Drydock.Clients.Snapshots;

/// <summary>The tables of a database that mydumper 0.10 dumps correctly, and those left to mysqldump.</summary>
/// <param name="Fast">For mydumper.</param>
/// <param name="Other">Base tables for mysqldump.</param>
/// <param name="Views">Views.</param>
/// <param name="NoTables">Sequences and other things without rows of their own, and the witness of a restore.</param>
internal sealed record TableSelection(
    IReadOnlyList<string> Fast,
    IReadOnlyList<string> Other,
    IReadOnlyList<string> Views,
    IReadOnlyList<string> NoTables)
{
    private const int LongestFileName = 255;
    private const string LongestEnding = ".00000.sql.partial";

    internal static async Task<TableSelection> ReadAsync(
        MySqlConnection connection, string database, string marker, CancellationToken cancellationToken)
    {
        var suspect = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var row in RowsAsync(
            connection,
            "SELECT TABLE_NAME, COLUMN_NAME, COALESCE(EXTRA, '') FROM information_schema.COLUMNS WHERE "
                + "TABLE_SCHEMA = @db",
            database,
            marker,
            cancellationToken).ConfigureAwait(false))
        {
            if (IsColumnLost(row[1], row[2]))
            {
                suspect.Add(row[0]);
            }
        }

        var (fast, other, views, none) =
            (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        await foreach (var row in RowsAsync(
            connection,
            "SELECT TABLE_NAME, TABLE_TYPE, '' FROM information_schema.TABLES WHERE TABLE_SCHEMA = @db",
            database,
            marker,
            cancellationToken).ConfigureAwait(false))
        {
            (row[1] switch
            {
                _ when row[0] == RestoreWitness.Table => none,
                "VIEW" or "SYSTEM VIEW" => views,
                "SEQUENCE" => none,
                "BASE TABLE" when !suspect.Contains(row[0]) && IsGoodName(database, row[0]) => fast,
                _ => other,
            }).Add(row[0]);
        }

        fast.Sort(StringComparer.Ordinal);
        other.Sort(StringComparer.Ordinal);
        views.Sort(StringComparer.Ordinal);
        return new TableSelection(fast, other, views, none);
    }

    // 0.10 writes names unquoted into statements and file names.
    internal static bool IsGoodName(string database, string table) =>
        (database + table).All(static c => c is not ('`' or '\'' or '"' or '\\' or '/' or '%') && !char.IsControl(c))
        && !table.EndsWith(' ')
        && !table.Contains(".sql", StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(database) + Encoding.UTF8
            .GetByteCount(table) + LongestEnding.Length < LongestFileName;

    // It writes names of columns unescaped. It omits columns whose EXTRA contains GENERATED, including those of MySQL 8
    // with an expression as default; SELECT * omits invisible ones.
    internal static bool IsColumnLost(string column, string extra) =>
        column.Contains('`', StringComparison.Ordinal)
        || column.Any(char.IsControl)
        || extra.Contains("DEFAULT_GENERATED", StringComparison.OrdinalIgnoreCase)
        || extra.Contains("INVISIBLE", StringComparison.OrdinalIgnoreCase);

    private static async IAsyncEnumerable<string[]> RowsAsync(
        MySqlConnection connection,
        string sql,
        string database,
        string marker,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand($"{sql} {marker}", connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("@db", database);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return [reader.GetString(0), reader.GetString(1), reader.GetString(2)];
        }
    }
}
