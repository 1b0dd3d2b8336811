namespace Drydock.Reconcilers.Oms;

/// <summary>This part: the <c>ha.config</c> row.</summary>
internal sealed partial class SqlOmsMetadata
{
    private const string ConfigTable = "oms_normal_config";
    private const string NextKey = "(next)";

    public Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading {HaConfigKeys.RowName} in {rmDatabase}",
            async session => await Sql.TableExistsAsync(session, rmDatabase, ConfigTable, cancellationToken)
                ? await ReadRowAsync(session, rmDatabase, cancellationToken)
                : new HaConfigRow(false, null, TablePresent: false),
            cancellationToken);

    public Task<bool> CompareAndSwapHaConfigAsync(
        string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync(
            $"Writing {HaConfigKeys.RowName} in {rmDatabase}",
            async session =>
            {
                // Hex digits compare byte for byte under any collation and whatever the column's character set.
                var changed = await session.ExecuteAsync(
                    $"UPDATE {Sql.Table(rmDatabase, ConfigTable)} SET cfg_value = @new WHERE cfg_name = @name AND "
                        + "HEX(CONVERT(cfg_value USING utf8mb4)) = @expected",
                    cancellationToken,
                    ("@new", newRaw),
                    ("@name", HaConfigKeys.RowName),
                    ("@expected", Convert.ToHexString(Encoding.UTF8.GetBytes(expectedRaw))));

                // Servers count changed rows, not matched ones, and a server that is not strict cuts long values.
                var now = await ReadRowAsync(session, rmDatabase, cancellationToken);
                if (changed > 0 && now.Raw != newRaw)
                {
                    throw new OmsMetadataException(
                        OmsMetadataErrorKind.Other,
                        $"{HaConfigKeys.RowName} in {rmDatabase} on metadata server {Target.Address} was written but "
                            + "reads back differently: the column cfg_value is too short for it, or it was changed at "
                            + "the same moment. Check it in the OMS console under System Management > System "
                            + "Parameters.");
                }

                return now.Raw == newRaw;
            },
            cancellationToken);
    }

    public Task<bool> InsertHaConfigAsync(
        IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken)
    {
        return _sessions.GuardAsync(
            $"Inserting {HaConfigKeys.RowName} in {rmDatabase}",
            () =>
                metadataLock.RunAsync(
                    (session, token) => InsertAsync(session, rmDatabase, raw, token), cancellationToken),
            cancellationToken);
    }

    public Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Looking at the columns of {ConfigTable} in {rmDatabase}",
            async session =>
            {
                if (!await Sql.TableExistsAsync(session, rmDatabase, ConfigTable, cancellationToken))
                {
                    return $"table {rmDatabase}.{ConfigTable} does not exist";
                }

                var unknown = (await ColumnsToFillAsync(session, rmDatabase, cancellationToken))
                    .Where(column => Fill(column.Type, column.IsKey) is null)
                    .ToList();
                return unknown.Count == 0
                    ? null
                    : $"{rmDatabase}.{ConfigTable} has no row {HaConfigKeys.RowName}, and of its columns "
                        + $"{string.Join(", ", unknown.Select(column => $"{column.Name} ({column.Type})"))} no value "
                        + "can be guessed";
            },
            cancellationToken);

    private async Task<HaConfigRow> ReadRowAsync(
        MySqlSession session, string rmDatabase, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            $"SELECT cfg_value FROM {Sql.Table(rmDatabase, ConfigTable)} WHERE cfg_name = @name LIMIT 2",
            row => row.TextOrEmpty(0),
            cancellationToken,
            ("@name", HaConfigKeys.RowName));
        return rows.Count switch
        {
            0 => new HaConfigRow(false, null),
            1 => new HaConfigRow(true, rows[0]),
            _ => throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"{rmDatabase}.{ConfigTable} on metadata server {Target.Address} has more than one row "
                    + $"{HaConfigKeys.RowName}, so it is not known which one OMS reads. Remove all but one."),
        };
    }

    private async Task<bool> InsertAsync(
        MySqlSession session, string rmDatabase, string raw, CancellationToken cancellationToken)
    {
        if ((await ReadRowAsync(session, rmDatabase, cancellationToken)).Present)
        {
            return false;
        }

        var names = new StringBuilder("cfg_name, cfg_value");
        var values = new StringBuilder("@name, @value");
        foreach (var (name, type, isKey) in await ColumnsToFillAsync(session, rmDatabase, cancellationToken))
        {
            names.Append(CultureInfo.InvariantCulture, $", {Sql.Name(name)}");
            values.Append(
                CultureInfo.InvariantCulture,
                $", {await ValueAsync(session, rmDatabase, name, type, isKey, cancellationToken)}");
        }

        // The console may insert its default at the same moment; it does not ask for our lock.
        var table = Sql.Table(rmDatabase, ConfigTable);
        var inserted = await session.ExecuteAsync(
            $"INSERT INTO {table} ({names}) SELECT {values} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM {table} AS "
                + "existing WHERE existing.cfg_name = @name)",
            cancellationToken,
            ("@name", HaConfigKeys.RowName),
            ("@value", raw));
        if (inserted > 0 && (await ReadRowAsync(session, rmDatabase, cancellationToken)).Raw != raw)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"{HaConfigKeys.RowName} was inserted in {rmDatabase} on metadata server {Target.Address} but reads "
                    + "back differently; the column cfg_value is probably too short. "
                    + "Set it in the OMS console under System Management > System Parameters.");
        }

        return inserted > 0;
    }

    // Other columns that need a value and have no default.
    private static async Task<List<(string Name, string Type, bool IsKey)>> ColumnsToFillAsync(
        MySqlSession session, string rmDatabase, CancellationToken cancellationToken)
    {
        var columns = await session.QueryAsync("""
            SELECT COLUMN_NAME, LOWER(DATA_TYPE), COLUMN_KEY FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = @db AND TABLE_NAME = @table AND IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL
              AND LOWER(EXTRA) NOT LIKE '%auto_increment%' AND LOWER(EXTRA) NOT LIKE '%generated%'
            ORDER BY ORDINAL_POSITION
            """,
            row => (
                Name: row.TextOrEmpty(0),
                Type: row.TextOrEmpty(1),
                IsKey: row.TextOrEmpty(2) == "PRI"),
            cancellationToken,
            ("@db", rmDatabase),
            ("@table", ConfigTable));
        return [.. columns.Where(column => !IsOurs(column.Name))];

        static bool IsOurs(string name) =>
            name.Equals("cfg_name", StringComparison.OrdinalIgnoreCase)
                || name.Equals("cfg_value", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> ValueAsync(
        MySqlSession session,
        string rmDatabase,
        string column,
        string type,
        bool isKey,
        CancellationToken cancellationToken) =>
        Fill(type, isKey) switch
        {
            NextKey =>
                (await session.NumberAsync(
                    $"SELECT COALESCE(MAX({Sql.Name(column)}), 0) + 1 FROM {Sql.Table(rmDatabase, ConfigTable)}",
                    cancellationToken))
                .ToString(CultureInfo.InvariantCulture),
            { } value => value,
            null => throw new OmsMetadataException(
                OmsMetadataErrorKind.Other,
                $"{rmDatabase}.{ConfigTable} on metadata server {Target.Address} has no row {HaConfigKeys.RowName}, "
                    + $"and its column {column} ({type}) needs a value that cannot be guessed. "
                    + $"Set {HaConfigKeys.RowName} once in the OMS console under System Management > System "
                    + "Parameters."),
        };

    // The value for an unknown column; null if it cannot be guessed.
    private static string? Fill(string type, bool isKey) => type switch
    {
        "datetime" or "timestamp" => "NOW()",
        "date" => "CURDATE()",
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" when isKey => NextKey,
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "decimal" or "float" or "double" or "bit" => "0",
        "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" when !isKey => "''",
        _ => null,
    };
}
