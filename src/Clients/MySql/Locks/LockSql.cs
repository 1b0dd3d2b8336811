namespace Drydock.Clients.MySql;

/// <summary>Statements of locks, over any provider.</summary>
internal static class LockSql
{
    internal static async Task<int> ExecuteAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<string?> ScalarAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters)
    {
        var row = await RowAsync(connection, sql, cancellationToken, parameters).ConfigureAwait(false);
        return row is [var first, ..] ? first : null;
    }

    internal static async Task<long> NumberAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters) =>
        long.Parse(
            await ScalarAsync(connection, sql, cancellationToken, parameters).ConfigureAwait(false) ?? "0",
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);

    internal static async Task<string?[]?> RowAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        string?[]? first = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            first ??= [.. Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader, column))];
        }

        return first;
    }

    /// <summary>The server's or client's error number; 0 if there is none.</summary>
    internal static int Number(DbException error) =>
        error is MySqlException { Number: var number } ? number : error.ErrorCode;

    internal static bool IsLost(Exception error) =>
        error is DbException or InvalidOperationException or IOException;

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column)
        ? null
        : reader.GetValue(column) switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };

    private static DbCommand Command(DbConnection connection, string sql, (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
