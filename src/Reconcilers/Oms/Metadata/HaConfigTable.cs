namespace Drydock.Reconcilers.Oms;

/// <summary>The table of a rm database with the row <c>ha.config</c>, asked and changed in one session
/// (docs/project/research/oms.md#high-availability).</summary>
/// <param name="server">The address of the server, for messages.</param>
internal sealed class HaConfigTable(
    MySqlSession session, string server, string rmDatabase, CancellationToken cancellationToken)
{
    public const string Name = "oms_normal_config";

    private const string Row = HaConfigKeys.RowName;
    private const string NextKey = "(next)";

    private readonly string _table = Sql.Table(rmDatabase, Name);

    /// <summary>Writes a value over the one that was read before.</summary>
    public static string Swap(string rmDatabase) =>
        $"UPDATE {Sql.Table(rmDatabase, Name)} SET cfg_value = @new WHERE cfg_name = @name AND "
        + "HEX(CONVERT(cfg_value USING utf8mb4)) = @expected";

    public async Task<HaConfigRow> ReadAsync() =>
        await ExistsAsync() ? await RowAsync() : new HaConfigRow(false, null, TablePresent: false);

    public async Task<bool> CompareAndSwapAsync(string expectedRaw, string newRaw)
    {
        // Hex digits compare byte for byte under any collation and whatever the column's character set.
        var changed = await session.ExecuteAsync(
            Swap(rmDatabase),
            cancellationToken,
            ("@new", newRaw),
            ("@name", Row),
            ("@expected", Convert.ToHexString(Encoding.UTF8.GetBytes(expectedRaw))));

        // Servers count changed rows, not matched ones, and a server that is not strict cuts long values.
        var now = (await RowAsync()).Raw;
        return changed == 0 || now == newRaw
            ? now == newRaw
            : throw Failed(
                $"{Row} in {rmDatabase} on metadata server {server} was written but reads back differently: the column "
                    + "cfg_value is too short for it, or it was changed at the same moment. Check it in the OMS "
                    + "console under System Management > System Parameters.");
    }

    public async Task<string?> InsertProblemAsync()
    {
        if (!await ExistsAsync())
        {
            return $"table {rmDatabase}.{Name} does not exist";
        }

        var unknown = (await ColumnsToFillAsync()).FindAll(column => Fill(column.Type, column.IsKey) is null);
        return unknown.Count == 0
            ? null
            : $"{rmDatabase}.{Name} has no row {Row}, and of its columns "
                + $"{string.Join(", ", unknown.Select(column => $"{column.Name} ({column.Type})"))} no value "
                + "can be guessed";
    }

    public async Task<bool> InsertAsync(string raw)
    {
        if ((await RowAsync()).Present)
        {
            return false;
        }

        var (names, values) = ("cfg_name, cfg_value", "@name, @value");
        foreach (var (name, type, isKey) in await ColumnsToFillAsync())
        {
            var column = MySqlIdentifier.Quote(name);
            var value = Fill(type, isKey) ?? throw Failed(
                $"{rmDatabase}.{Name} on metadata server {server} has no row {Row}, and its column {name} ({type}) "
                    + $"needs a value that cannot be guessed. Set {Row} once in the OMS console under System "
                    + "Management > System Parameters.");
            names += $", {column}";
            values += value != NextKey
                ? $", {value}"
                : $", {await session.NumberAsync(
                    $"SELECT COALESCE(MAX({column}), 0) + 1 FROM {_table}", cancellationToken)}";
        }

        // The console may insert its default at the same moment; it does not ask for our lock.
        var inserted = await session.ExecuteAsync(
            $"INSERT INTO {_table} ({names}) SELECT {values} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM {_table} AS "
                + "existing WHERE existing.cfg_name = @name)",
            cancellationToken,
            ("@name", Row),
            ("@value", raw));
        return inserted == 0 || (await RowAsync()).Raw == raw
            ? inserted > 0
            : throw Failed(
                $"{Row} was inserted in {rmDatabase} on metadata server {server} but reads back differently; the "
                    + "column cfg_value is probably too short. "
                    + "Set it in the OMS console under System Management > System Parameters.");
    }

    private Task<bool> ExistsAsync() => Sql.TableExistsAsync(session, rmDatabase, Name, cancellationToken);

    private async Task<HaConfigRow> RowAsync() =>
        await session.QueryAsync(
            $"SELECT cfg_value FROM {_table} WHERE cfg_name = @name LIMIT 2",
            row => row.TextOrEmpty(0),
            cancellationToken,
            ("@name", Row)) switch
        {
            [] => new HaConfigRow(false, null),
            [var raw] => new HaConfigRow(true, raw),
            _ => throw Failed(
                $"{rmDatabase}.{Name} on metadata server {server} has more than one row {Row}, so it is not known "
                    + "which one OMS reads. Remove all but one."),
        };

    // Other columns that need a value and have no default.
    private Task<List<(string Name, string Type, bool IsKey)>> ColumnsToFillAsync() =>
        session.QueryAsync("""
            SELECT COLUMN_NAME, LOWER(DATA_TYPE), COLUMN_KEY FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = @db AND TABLE_NAME = @table AND IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL
              AND LOWER(EXTRA) NOT LIKE '%auto_increment%' AND LOWER(EXTRA) NOT LIKE '%generated%'
              AND LOWER(COLUMN_NAME) NOT IN ('cfg_name', 'cfg_value')
            ORDER BY ORDINAL_POSITION
            """,
            row => (Name: row.TextOrEmpty(0), Type: row.TextOrEmpty(1), IsKey: row.TextOrEmpty(2) == "PRI"),
            cancellationToken,
            ("@db", rmDatabase),
            ("@table", Name));

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

    private static OmsMetadataException Failed(string message) => new(OmsMetadataErrorKind.Other, message);
}
