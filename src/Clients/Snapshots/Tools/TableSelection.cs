namespace Drydock.Clients.Snapshots;

/// <summary>The tables of a database that mydumper 0.10 dumps correctly, and those left to mysqldump.</summary>
/// <param name="Fast">For mydumper.</param>
/// <param name="Other">Base tables for mysqldump.</param>
/// <param name="NoTables">Sequences and other things without rows of their own, and the witness of a restore.</param>
/// <param name="Foreign">Columns that MariaDB's mysqldump writes in a form that only MariaDB loads: MySQL refuses
/// values of generated columns (3105) and vectors that are written as text (6136).</param>
internal sealed record TableSelection(
    IReadOnlyList<string> Fast,
    IReadOnlyList<string> Other,
    IReadOnlyList<string> Views,
    IReadOnlyList<string> NoTables,
    IReadOnlyList<ForeignColumn> Foreign)
{
    private const int LongestFileName = 255;
    private const string LongestEnding = ".00000.sql.partial";

    // mydumper writes text in the character set binary, in which MariaDB 11.8 takes it for zero or NULL.
    private static readonly string[] NotBinary = ["uuid", "inet6", "inet4"];

    internal static async Task<TableSelection> ReadAsync(
        MySqlSession session, string database, string marker, CancellationToken cancellationToken)
    {
        var suspect = new HashSet<string>(StringComparer.Ordinal);
        var foreign = new List<ForeignColumn>();
        foreach (var row in await RowsAsync(
            "TABLE_NAME, COLUMN_NAME, COALESCE(EXTRA, ''), DATA_TYPE FROM information_schema.COLUMNS"))
        {
            if (IsColumnLost(row[1]!, row[2]!) || NotBinary.Contains(row[3], StringComparer.OrdinalIgnoreCase))
            {
                suspect.Add(row[0]!);
            }

            var isVector = row[3]!.Equals("vector", StringComparison.OrdinalIgnoreCase);
            if (isVector || IsGenerated(row[2]!))
            {
                foreign.Add(new ForeignColumn(row[0]!, row[1]!, isVector));
            }
        }

        var (fast, other, views, none) =
            (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var row in await RowsAsync("TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES"))
        {
            (row[1] switch
            {
                _ when row[0] == RestoreWitness.Table => none,
                "VIEW" or "SYSTEM VIEW" => views,
                "SEQUENCE" => none,
                "BASE TABLE" when !suspect.Contains(row[0]!) && IsGoodName(database, row[0]!) => fast,
                _ => other,
            }).Add(row[0]!);
        }

        fast.Sort(StringComparer.Ordinal);
        other.Sort(StringComparer.Ordinal);
        views.Sort(StringComparer.Ordinal);
        return new TableSelection(fast, other, views, none, foreign);

        Task<List<string?[]>> RowsAsync(string columns) => session.RowsAsync(
            $"SELECT {columns} WHERE TABLE_SCHEMA = @db {marker}", cancellationToken, ("@db", database));
    }

    /// <summary>Why a dump of MariaDB's tools could not be loaded into this kind of server; null if it can
    /// be.</summary>
    internal string? Refusal(string database, MySqlServerKind server, DumpToolKind tool)
    {
        var refused = server == MySqlServerKind.MariaDb ? [] : Refused(tool);
        var kind = server == MySqlServerKind.MySql ? "MySQL" : server.ToString();
        return refused.Count == 0
            ? null
            : $"{database} is not dumped, because {kind} could not load the dump: MariaDB's mysqldump "
                + "writes values of generated columns, and vectors as text, which only MariaDB takes. Columns: "
                + $"{Sentences.List([.. refused.Select(static c => $"{c.Table}.{c.Column}")], 10)}. "
                + (tool == DumpToolKind.MySqlDump && Refused(DumpToolKind.MyDumper).Count == 0
                    ? "Use the tool MyDumper."
                    : "Dump this database with the mysqldump of MySQL instead.");
    }

    // mydumper leaves generated columns out; the tables that it cannot dump correctly go to mysqldump.
    private List<ForeignColumn> Refused(DumpToolKind tool) =>
    [
        .. Foreign.Where(c => tool == DumpToolKind.MySqlDump
            || c.IsVector
            || Other.Contains(c.Table, StringComparer.Ordinal)),
    ];

    // Not DEFAULT_GENERATED, which is an expression as default.
    internal static bool IsGenerated(string extra) =>
        extra.Contains("VIRTUAL GENERATED", StringComparison.OrdinalIgnoreCase)
        || extra.Contains("STORED GENERATED", StringComparison.OrdinalIgnoreCase);

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
}

/// <summary>A column that not every kind of server loads as MariaDB's mysqldump writes it.</summary>
/// <param name="IsVector">Whether it is a vector; otherwise it is generated.</param>
internal sealed record ForeignColumn(string Table, string Column, bool IsVector);
