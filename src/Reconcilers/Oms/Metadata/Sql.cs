namespace Drydock.Reconcilers.Oms;

/// <summary>Small helpers over ADO.NET. Values always travel as parameters, names always quoted.</summary>
internal static class Sql
{
    internal const int LongTimeoutSeconds = 600;

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

    internal static async Task<int> ExecuteAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static async Task<List<T>> QueryAsync<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    internal static async Task<string?> ScalarAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        var rows = await QueryAsync(connection, sql, reader => Text(reader, 0), cancellationToken, parameters);
        return rows.Count == 0 ? null : rows[0];
    }

    internal static async Task<long> NumberAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        long.Parse(
            await ScalarAsync(connection, sql, cancellationToken, parameters) ?? "0",
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);

    internal static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column)
        ? null
        : reader.GetValue(column) switch
        {
            string text => text,
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            bool flag => flag ? "1" : "0",
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => value.ToString(),
        };

    internal static string TextOrEmpty(DbDataReader reader, int column) => Text(reader, column) ?? "";

    internal static long Number(DbDataReader reader, int column) =>
        reader.IsDBNull(column)
            ? 0
            : decimal.ToInt64(Convert.ToDecimal(reader.GetValue(column), CultureInfo.InvariantCulture));

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
        DbConnection connection, string database, string table, CancellationToken cancellationToken) =>
        await NumberAsync(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = @db AND TABLE_NAME = @table",
            cancellationToken,
            ("@db", database),
            ("@table", table)) > 0;

    private static DbCommand Command(DbConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = LongTimeoutSeconds;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
