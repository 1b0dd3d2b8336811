namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Rows by the names of their columns, whatever their order and number (docs/research/tidb.md#tidb-server),
/// all as text.</summary>
internal static class NamedRows
{
    /// <summary>Reads all rows; a column that is not there is an error when it is asked for.</summary>
    public static async Task<List<Func<string, string>>> ReadAsync(
        DbDataReader reader, CancellationToken cancellationToken)
    {
        var columns = Enumerable.Range(0, reader.FieldCount)
            .GroupBy(reader.GetName, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);
        var rows = new List<Func<string, string>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = columns.Values.ToDictionary(c => c, c => Text(reader, c));
            rows.Add(
                name => columns.TryGetValue(name, out var column)
                    ? values[column]
                    : throw new DatabaseSqlException(
                        Reasons.AnswerUnusable,
                        $"TiDB answered without the column {name}: {string.Join(", ", columns.Keys)}"));
        }

        return rows;
    }

    private static string Text(DbDataReader reader, int column) => reader.IsDBNull(column)
        ? ""
        : reader.GetValue(column) switch
        {
            string text => text,
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => value.ToString() ?? "",
        };
}
