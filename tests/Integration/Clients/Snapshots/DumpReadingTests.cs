using System.Collections.Concurrent;
using MySqlConnector;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// The format of the shipped tools, on which the counter of rows relies: rows counted in dumps of hostile names and
/// values, read in pieces of every size, against COUNT(*).
/// </summary>
public sealed class DumpReadingTests(MariaDbServer server)
{
    private static readonly string[] Hostile =
    [
        "\"),\n(9,'y\"", "'),\n(9,'y'", "\r\n(", "\n(", "\0\n(\0", "\u001a\n(", "\n-- Dump completed on 2024-01-01\n",
        "\nINSERT INTO `plain` VALUES\n(1);\n",
        ";\n", ",\n", "\\", "\\\n", "DELIMITER ;;\n", "", "(", ")",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Dump_row_counts_of_random_hostile_values_match_server(int seed)
    {
        var random = new Random(seed);
        var (database, expected) = await HostileAsync(random);

        // Without --hex-blob as well: then the bytes of blobs come as strings.
        foreach (var flags in (string[][])[["--hex-blob", "--routines", "--triggers", "--events"], [], [
            "--skip-extended-insert", "--complete-insert"]])
        {
            using var dump = new MemoryStream();
            await new MySqlDumpTool().DumpAsync(
                new DumpJob
                {
                    Connection = server.Options(),
                    Database = database,
                    SnapshotId = "s",
                    Flags = ["--single-transaction", "--default-character-set=utf8mb4", .. flags]
                },
                (output, token) => output.Content.CopyToAsync(dump, token),
                Token);
            foreach (var piece in (int[])[1, 2, 3, 7, 64, 4096, int.MaxValue])
            {
                var summary = Read(dump.ToArray(), _ => piece);
                summary.Tables.ShouldBe(expected, ignoreOrder: true);
                summary.IsComplete.ShouldBeTrue();
            }

            var sizes = new Random(seed);
            Read(dump.ToArray(), _ => sizes.Next(1, 50)).Tables.ShouldBe(expected, ignoreOrder: true);
            AssertEveryCutIsSeen(dump.ToArray(), random);
        }
    }

    [Fact]
    public async Task Mydumper_row_counts_of_random_hostile_values_match_server()
    {
        // mydumper is told by lines which tables to leave out (the next test).
        var (database, expected) = await HostileAsync(new Random(7), lineFeeds: false);
        using var scratch = new TemporaryStorage();
        var tool = new MyDumperTool(new SnapshotToolOptions { ScratchRoot = scratch.Root });
        var described = await tool.DescribeAsync(
            new DumpScope(MySqlServerKind.MariaDb, Routines: true, Triggers: true, Events: true), Token);
        var summaries = new ConcurrentBag<(SnapshotPart Part, DumpSummary Summary)>();
        await tool.DumpAsync(
            new DumpJob
            {
                Connection = server.Options(),
                Database = database,
                SnapshotId = "s",
                Flags = described.Flags
            },
            async (output, token) =>
            {
                using var file = new MemoryStream();
                await file.WriteAsync(output.Head, token);
                await output.Content.CopyToAsync(file, token);
                summaries.Add((output.Part, Read(file.ToArray(), _ => 7)));
            },
            Token);

        DumpSummary.Merge(summaries.Select(s => s.Summary)).ShouldBe(expected, ignoreOrder: true);
        summaries.Where(s => s.Part == SnapshotPart.Rows).ShouldAllBe(s => s.Summary.EndsClean);
        summaries.Where(s => s.Part != SnapshotPart.Rows).ShouldAllBe(s => s.Summary.IsComplete);
        summaries.Select(s => s.Part).ShouldBeSubsetOf([
            SnapshotPart.Tables, SnapshotPart.Rows, SnapshotPart.OtherRows, SnapshotPart.Routines, SnapshotPart.Views]);
        summaries.ShouldContain(s => s.Part == SnapshotPart.Rows);
        summaries.ShouldContain(s => s.Part == SnapshotPart.OtherRows);
    }

    [Fact]
    public async Task Mydumper_refuses_table_that_it_cannot_leave_out()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.ConnectAsync(database);
        await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE {MySqlIdentifier.Quote("a\n(b")} (id INT)");
        await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE plain (id INT)");
        using var scratch = new TemporaryStorage();
        var tool = new MyDumperTool(new SnapshotToolOptions { ScratchRoot = scratch.Root });

        var refused = await Should.ThrowAsync<SnapshotException>(tool.DumpAsync(
            new DumpJob { Connection = server.Options(), Database = database, SnapshotId = "s", Flags = [] },
            (_, _) => Task.CompletedTask, Token));

        refused.Message.ShouldContain("has a line feed");
        refused.Message.ShouldContain("MySqlDump");
    }

    private async Task<(string Database, Dictionary<string, long> Expected)> HostileAsync(
        Random random, bool lineFeeds = true)
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.ConnectAsync(database);
        var expected = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var t = 0; t < 5; t++)
        {
            var table = t == 0
                ? "plain"
                : string.Create(CultureInfo.InvariantCulture, $"t{t} ({HostileName(random, lineFeeds)}");
            var quoted = MySqlIdentifier.Quote(table);
            await MariaDbServer.ExecuteAsync(
                connection, $"CREATE TABLE {quoted} (id INT AUTO_INCREMENT PRIMARY KEY, a LONGTEXT, b BLOB, c "
                    + $"VARCHAR(500) COLLATE utf8mb4_bin, d JSON{(t == 0 ? "" : ", `e\n(` INT DEFAULT 1")}) COMMENT='\n"
                    + "(1),\n-- Dump completed'");
            foreach (var value in Hostile)
            {
                await InsertAsync(connection, quoted, value, System.Text.Encoding.UTF8.GetBytes(value), value);
            }

            var rows = random.Next(0, 60);
            for (var i = 0; i < rows; i++)
            {
                await InsertAsync(
                    connection, quoted, HostileText.Next(random), HostileText.Bytes(random, 200),
                    i % 7 == 0 ? null : HostileText.Next(random));
            }

            expected[table] = Convert.ToInt64(
                await new MySqlCommand($"SELECT COUNT(*) FROM {quoted}", connection).ExecuteScalarAsync(Token),
                CultureInfo.InvariantCulture);
        }

        // Bodies that look like rows and like the end of a dump.
        await MariaDbServer.ExecuteAsync(
            connection, "CREATE PROCEDURE p() BEGIN\nINSERT INTO `plain` (a) VALUES\n(1),\n(2);\n-- Dump completed\n"
                + "SELECT 1;\nEND");
        await MariaDbServer.ExecuteAsync(
            connection, "CREATE TRIGGER tr BEFORE INSERT ON plain FOR EACH ROW BEGIN\nSET NEW.a =\n(\n1);\nEND");
        await MariaDbServer.ExecuteAsync(
            connection,
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO BEGIN\nINSERT INTO `plain` (a) VALUES\n(1);\nEND");
        await MariaDbServer.ExecuteAsync(
            connection, "CREATE VIEW v AS SELECT id, '\n(1),\n-- Dump completed' AS `x` FROM plain");
        return (database, expected);
    }

    private static async Task InsertAsync(MySqlConnection connection, string table, string a, byte[] b, string? c)
    {
        await using var insert = new MySqlCommand($"INSERT INTO {table} (a, b, c) VALUES (@a, @b, @c)", connection);
        insert.Parameters.AddWithValue("a", a);
        insert.Parameters.AddWithValue("b", b);
        insert.Parameters.AddWithValue("c", c);
        await insert.ExecuteNonQueryAsync(Token);
    }

    private static void AssertEveryCutIsSeen(byte[] dump, Random random)
    {
        var trailer = dump.AsSpan().LastIndexOf("-- Dump completed"u8);
        for (var i = 0; i < 30; i++)
        {
            Read(dump[..random.Next(0, trailer + 10)], _ => 4096).IsComplete.ShouldBeFalse();
        }
    }

    private static DumpSummary Read(byte[] dump, Func<int, int> pieceAt)
    {
        var counter = new DumpCounter();
        for (var i = 0; i < dump.Length;)
        {
            var length = Math.Min(pieceAt(i), dump.Length - i);
            counter.Push(dump.AsSpan(i, length));
            i += length;
        }

        return counter.Finish();
    }

    private static string HostileName(Random random, bool lineFeeds)
    {
        string[] pieces =
        [
            "`", "'", "\"", ";", ")", "(", ",", "\\", "--", "/*", "*/", "#", "心", ".",
            .. lineFeeds ? ["\n(", "\nINSERT INTO"] : Array.Empty<string>()
        ];
        return string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => pieces[random.Next(pieces.Length)]))
            + "x";
    }
}
