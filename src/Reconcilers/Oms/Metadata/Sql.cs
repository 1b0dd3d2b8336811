namespace Drydock.Reconcilers.Oms;

/// <summary>Names in SQL. Values always travel as parameters, names always quoted.</summary>
internal static class Sql
{
    internal static string Name(string identifier)
    {
        if (string.IsNullOrEmpty(identifier) || identifier.Length > 64 || identifier[^1] == ' '
            || identifier.Any(char.IsControl))
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"'{new string([.. (identifier ?? "").Take(70).Select(c => char.IsControl(c) ? '?' : c)])}' is not a "
                    + "name of a database or table; expected 1 to 64 characters, no control characters and no space at "
                    + "the end.");
        }

        return $"`{identifier.Replace("`", "``", StringComparison.Ordinal)}`";
    }

    internal static string Table(string database, string table) => $"{Name(database)}.{Name(table)}";

    /// <summary><c>@p0, @p1, …</c> for an IN list; never empty.</summary>
    internal static (string List, (string Name, object? Value)[] Parameters) In(IEnumerable<string> values)
    {
        var parameters = values.Select(
            (value, index) => ($"@p{index.ToString(CultureInfo.InvariantCulture)}", (object?)value)).ToArray();
        return parameters.Length == 0
            ? ("NULL", [])
            : (string.Join(", ", parameters.Select(parameter => parameter.Item1)), parameters);
    }

    internal static async Task<bool> TableExistsAsync(
        MySqlSession session, string database, string table, CancellationToken cancellationToken) =>
        await session.NumberAsync(
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = @db AND TABLE_NAME = @table",
            cancellationToken,
            ("@db", database),
            ("@table", table)) > 0;
}
