using System.Globalization;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Tests.Integration.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Rows counted in dumps of hostile values, read in pieces of every size, against COUNT(*).</summary>
public sealed class DumpReadingTests(MariaDbServer server)
{
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
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        var expected = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var t = 0; t < 4; t++)
        {
            var table = string.Create(CultureInfo.InvariantCulture, $"t{t} ({HostileName(random)}");
            var quoted = MySqlIdentifier.Quote(table);
            await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE {quoted} (id INT AUTO_INCREMENT PRIMARY KEY, a LONGTEXT, b BLOB, c VARCHAR(500) COLLATE utf8mb4_bin, d JSON)");
            var rows = random.Next(0, 60);
            for (var i = 0; i < rows; i++)
            {
                await using var insert = new MySqlCommand($"INSERT INTO {quoted} (a, b, c) VALUES (@a, @b, @c)", connection);
                insert.Parameters.AddWithValue("a", HostileText.Next(random));
                insert.Parameters.AddWithValue("b", HostileText.Bytes(random, 200));
                insert.Parameters.AddWithValue("c", i % 7 == 0 ? null : HostileText.Next(random));
                await insert.ExecuteNonQueryAsync(Token);
            }

            expected[table] = Convert.ToInt64(await new MySqlCommand($"SELECT COUNT(*) FROM {quoted}", connection).ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
        }

        // Without --hex-blob as well: then the bytes of blobs come as strings.
        foreach (var flags in (string[][])[["--hex-blob"], [], ["--skip-extended-insert", "--complete-insert"]])
        {
            using var dump = new MemoryStream();
            await new MySqlDumpTool().DumpAsync(
                new DumpJob { Connection = server.Options(), Database = database, SnapshotId = "s", Flags = ["--single-transaction", .. flags] },
                (output, token) => output.Content.CopyToAsync(dump, token),
                Token);
            foreach (var piece in (int[])[1, 2, 3, 7, 64, 4096, int.MaxValue])
            {
                var summary = Scan(dump.ToArray(), _ => piece);
                summary.Tables.ShouldBe(expected, ignoreOrder: true);
                summary.IsComplete.ShouldBeTrue();
            }

            var sizes = new Random(seed);
            Scan(dump.ToArray(), _ => sizes.Next(1, 50)).Tables.ShouldBe(expected, ignoreOrder: true);
            AssertEveryCutIsSeen(dump.ToArray(), random);
        }
    }

    private static void AssertEveryCutIsSeen(byte[] dump, Random random)
    {
        var trailer = dump.AsSpan().LastIndexOf("-- Dump completed"u8);
        for (var i = 0; i < 30; i++)
        {
            Scan(dump[..random.Next(0, trailer + 10)], _ => 4096).IsComplete.ShouldBeFalse();
        }
    }

    private static DumpSummary Scan(byte[] dump, Func<int, int> pieceAt)
    {
        var scanner = new DumpScanner();
        for (var i = 0; i < dump.Length;)
        {
            var length = Math.Min(pieceAt(i), dump.Length - i);
            scanner.Push(dump.AsSpan(i, length));
            i += length;
        }

        return scanner.Finish();
    }

    private static string HostileName(Random random)
    {
        string[] pieces = ["`", "'", "\"", ";", ")", "(", ",", "\\", "--", "/*", "*/", "#", "心", "."];
        return string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => pieces[random.Next(pieces.Length)])) + "x";
    }
}
