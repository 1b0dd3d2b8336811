using Drydock.Clients.MySql;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A row by the names of its columns, whatever their order and number (docs/research/tidb.md#tidb-server), all
/// as text.</summary>
internal static class NamedRow
{
    /// <summary>Reads it; a column that is not there is an error when it is asked for.</summary>
    public static Func<string, string> Of(MySqlRow row)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var column = 0; column < row.Columns; column++)
        {
            values.TryAdd(row.Name(column), row.TextOrEmpty(column));
        }

        return name => values.TryGetValue(name, out var value)
            ? value
            : throw new DatabaseSqlException(
                Reasons.AnswerUnusable, $"TiDB answered without the column {name}: {string.Join(", ", values.Keys)}");
    }
}
