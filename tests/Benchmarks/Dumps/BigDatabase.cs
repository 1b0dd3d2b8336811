namespace Drydock.Benchmarks;

/// <summary>
/// A database like the rm of an OMS that has run for a long time, generated inside the server: step logs (text),
/// metrics (many short rows), object mappings (JSON), and checkpoints (binary), all InnoDB with secondary indexes.
/// Words come from a pool, numbers and bytes are random, so that gzip compresses it to about a third.
/// </summary>
internal sealed class BigDatabase(MetaDb server, string name)
{
    private const int Probe = 4_000;
    private const int Batch = 100_000;
    private const string Pool = "drydock_bench_pool";

    private static readonly IReadOnlyList<Table> Tables =
    [
        new(
            "oms_step_log",
            0.45,
            """
            id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, project_id bigint NOT NULL, step varchar(64) NOT NULL, level varchar(8) NOT NULL, message text NOT NULL,
            gmt_created datetime(3) NOT NULL, KEY idx_project (project_id, gmt_created)
            """,
            "project_id, step, level, message, gmt_created",
            """
            FLOOR(RAND() * 5000), ELT(1 + FLOOR(RAND() * 5), 'PRECHECK', 'STRUCT_MIGRATION', 'FULL_TRANSFER', 'INCR_SYNC', 'REVERSE_INCR'), ELT(1 + FLOOR(RAND() * 3), 'INFO', 'WARN', 'ERROR'),
            CONCAT(f1.body, ' #', FLOOR(RAND() * 1000000000), ' ', f2.body), '2022-01-01' + INTERVAL seq SECOND
            """,
            2),
        new(
            "component_metric",
            0.2,
            """
            id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, component_id bigint NOT NULL, host varchar(64) NOT NULL, name varchar(64) NOT NULL, value double NOT NULL,
            gmt_created datetime NOT NULL, KEY idx_component (component_id, gmt_created), KEY idx_name (name)
            """,
            "component_id, host, name, value, gmt_created",
            """
            FLOOR(RAND() * 20000), CONCAT('192.0.2.', FLOOR(RAND() * 250)), ELT(1 + FLOOR(RAND() * 4), 'delay', 'rps', 'iops', 'checkpoint'), RAND() * 100000, '2022-01-01' + INTERVAL seq SECOND
            """,
            0),
        new(
            "oms_object_mapping",
            0.25,
            """
            id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, project_id bigint NOT NULL, source_name varchar(128) NOT NULL, target_name varchar(128) NOT NULL,
            options longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, KEY idx_source (source_name)
            """,
            "project_id, source_name, target_name, options",
            """
            FLOOR(RAND() * 5000), CONCAT('库', FLOOR(RAND() * 500), '.table_', FLOOR(RAND() * 1000000)), CONCAT('ob_', FLOOR(RAND() * 500), '.table_', seq),
            CONCAT('{"filter":"id > ', FLOOR(RAND() * 1000000000), '","columns":["', REPLACE(f1.body, ' ', '","'), '"],"shard":', FLOOR(RAND() * 128), ',"note":"it''s \\"mapped\\""}')
            """,
            1),
        new(
            "store_checkpoint",
            0.1,
            "id char(36) NOT NULL PRIMARY KEY, subtopic varchar(64) NOT NULL, body mediumblob NOT NULL, gmt_modified "
            + "datetime NOT NULL",
            "id, subtopic, body, gmt_modified",
            "UUID(), CONCAT('subtopic_', seq MOD 997), CONCAT(RANDOM_BYTES(512 + FLOOR(RAND() * 512)), "
            + "REPEAT(RANDOM_BYTES(16), 64)), '2022-01-01' + INTERVAL seq SECOND",
            0),
    ];

    public string Name => name;

    /// <summary>
    /// Drops and generates the database until it has this many bytes as the server counts them (data and indexes).
    /// Returns its real size.
    /// </summary>
    public async Task<long> MakeAsync(long bytes, CancellationToken cancellationToken)
    {
        await MakePoolAsync(cancellationToken);
        await server.ExecAsync(
            $"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
            cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(
            Tables,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancellationToken
            },
            async (table, token) => await FillAsync(table, (long)(bytes * table.Share), token));
        await server.ExecAsync($"DROP DATABASE {Pool}", cancellationToken: cancellationToken);
        return await BytesAsync("", cancellationToken);
    }

    public Task DropAsync(CancellationToken cancellationToken) =>
        server.ExecAsync($"DROP DATABASE IF EXISTS {name}", cancellationToken: cancellationToken);

    // 4096 fragments of 40 words. A word is one of 64; every eighth is a random number in hex.
    private Task<string> MakePoolAsync(CancellationToken cancellationToken) => server.ExecAsync(
        $"""
        DROP DATABASE IF EXISTS {Pool}; CREATE DATABASE {Pool} CHARACTER SET utf8mb4; USE {Pool};
        CREATE TABLE {Pool}.word (id int NOT NULL PRIMARY KEY, body varchar(32) NOT NULL);
        INSERT INTO {Pool}.word SELECT seq, SUBSTRING(MD5(seq), 1, 3 + seq MOD 8) FROM seq_0_to_63;
        CREATE TABLE {Pool}.fragment (id int NOT NULL PRIMARY KEY, body varchar(600) NOT NULL);
        INSERT INTO {Pool}.fragment
          SELECT n DIV 40, GROUP_CONCAT(IF(n MOD 8 = 0, HEX(FLOOR(RAND() * 4294967296)), body) SEPARATOR ' ')
          FROM (SELECT seq AS n, FLOOR(RAND() * 64) AS pick FROM seq_0_to_163839 LIMIT 163840) x JOIN {Pool}.word w ON w.id = x.pick GROUP BY n DIV 40;
        """,
        cancellationToken: cancellationToken);

    private async Task FillAsync(Table table, long bytes, CancellationToken cancellationToken)
    {
        await server.ExecAsync(
            $"CREATE TABLE {name}.{table.Name} ({table.Columns}) ENGINE=InnoDB", cancellationToken: cancellationToken);
        long rows = 0;
        for (var next = (long)Probe; next > 0; next = Math.Min(
            Batch, await MissingAsync(table, bytes, rows, cancellationToken)))
        {
            await InsertAsync(table, rows, next, cancellationToken);
            rows += next;
        }
    }

    // A column of the derived table picks the fragments. Its LIMIT stops the server from merging the table: RAND() in a
    // join condition would be evaluated for each pair.
    private Task<string> InsertAsync(Table table, long from, long count, CancellationToken cancellationToken)
    {
        var picks = string.Concat(Enumerable.Range(1, table.Fragments).Select(
            i => string.Create(CultureInfo.InvariantCulture, $", FLOOR(RAND() * 4096) AS p{i}")));
        var joins = string.Concat(Enumerable.Range(1, table.Fragments).Select(
            i => string.Create(CultureInfo.InvariantCulture, $" JOIN {Pool}.fragment f{i} ON f{i}.id = x.p{i}")));
        return server.ExecAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO {name}.{table.Name} ({table.Names}) SELECT {table.Values} FROM (SELECT seq{picks} FROM "
                + $"seq_{from + 1}_to_{from + count} LIMIT {count}) x{joins}"),
            name,
            cancellationToken);
    }

    private async Task<long> MissingAsync(Table table, long bytes, long rows, CancellationToken cancellationToken)
    {
        var now = await BytesAsync($" AND table_name = '{table.Name}'", cancellationToken);
        return now >= bytes ? 0 : Math.Max(1, (bytes - now) * rows / now);
    }

    private async Task<long> BytesAsync(string condition, CancellationToken cancellationToken)
    {
        await server.ExecAsync(
            $"{string.Concat(Tables.Where(t => condition.Length == 0 || condition.Contains(
                t.Name, StringComparison.Ordinal)).Select(t => $"ANALYZE TABLE {name}.{t.Name};"))}",
            cancellationToken: cancellationToken);
        return long.Parse(
            await server.ExecAsync(
                "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = "
                + $"'{name}'{condition}",
                cancellationToken: cancellationToken),
            CultureInfo.InvariantCulture);
    }

    private sealed record Table(string Name, double Share, string Columns, string Names, string Values, int Fragments);
}
