using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>Rows and tables of a dump, counted by its lines.</summary>
public sealed class DumpCounterTests
{
    [Theory]
    [InlineData("INSERT INTO `t` VALUES\n(1),\n(2);\n", 2)]
    [InlineData("INSERT INTO `t` VALUES\n(1);\nINSERT INTO `t` VALUES\n(2),\n(3);\n", 3)]
    [InlineData("INSERT INTO `t` (`a`, `b`) VALUES\n(1,2);\n", 1)]
    [InlineData("INSERT INTO `t` (`VALUES`,`a\n(b` ,` VALUES\n(`) VALUES\n(1,2,3);\n", 1)]
    [InlineData("INSERT INTO `t` VALUES (1);\nINSERT INTO `t` VALUES (2);\n", 2)]
    [InlineData("INSERT INTO `t` (`a`) VALUES (1);\n", 1)]
    [InlineData("INSERT INTO `t` (`a`, `b`) VALUES (1,2),\n(3,4),\n(5,6);\n", 3)]
    [InlineData(@"INSERT INTO `t` VALUES" + "\n" + @"('),\n('),('),('),('it\'s\n(;');" + "\n", 1)]
    [InlineData("INSERT INTO `t` VALUES\n('a;'),\n('-- Dump completed'),\n('b;');\n", 3)]
    [InlineData("INSERT INTO `t` VALUES\n(1,\"\\\"),\\n(9,\\'y\\\"\",\"\\0\\Z\\r\\n(\");\n", 1)]
    [InlineData("", 0)]
    public void Lines_of_VALUES_are_rows(string inserts, long rows)
    {
        var summary = Read(
            $"{Dump.Head}CREATE TABLE `t` (\n  `a` int(11) DEFAULT NULL,\n  KEY `k` (`a`)\n) COMMENT='x);';\n"
                + $"/*!40000 ALTER TABLE `t` DISABLE KEYS */;\n{inserts}{Dump.Trailer}");
        summary.Tables.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, long>("t", rows));
        summary.IsComplete.ShouldBeTrue();
        summary.EndsClean.ShouldBeTrue();
    }

    [Fact]
    public void Odd_names_of_tables_are_read_whole()
    {
        var summary = Read(
            Dump.Head + "CREATE TABLE `odd ``;( name` (\n  `x` int\n);\n"
                + "CREATE TABLE `we\n(ird` (\n  `c\nINSERT INTO ``z`` VALUES\n(ol` int\n);\n"
                + "INSERT INTO `we\n(ird` (`c\nol`) VALUES\n(1),\n(2);\n"
                + "INSERT INTO `odd ``;( name` VALUES\n(1);\n" + Dump.Trailer);
        summary.Tables.ShouldBe(
            new Dictionary<string, long> { ["odd `;( name"] = 1, ["we\n(ird"] = 2 }, ignoreOrder: true);
        summary.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void Bodies_of_programs_and_placeholders_of_views_are_no_tables()
    {
        var summary = Read(Dump.Head + """
            /*!50001 CREATE VIEW `v` AS SELECT
             NULL AS `id` */;
            DELIMITER ;;
            /*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER tr BEFORE INSERT ON `t` FOR EACH ROW BEGIN
            INSERT INTO `t` VALUES
            (1),
            (2);
            END */;;
            CREATE DEFINER=`root`@`%` PROCEDURE `p`()
            BEGIN
            CREATE TABLE `not` (x int);
            -- Dump completed
            END ;;
            INSERT INTO `program` VALUES
            (1) ;;
            DELIMITER ;
            /*!50001 CREATE ALGORITHM=UNDEFINED */
            /*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
            /*!50001 VIEW `v` AS select `t`.`id` AS `id` from `t` */;
            INSERT INTO `t` VALUES
            (1);

            """ + Dump.Trailer);
        summary.Tables.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, long>("t", 1));
        summary.IsComplete.ShouldBeTrue();
        summary.NamesDatabase.ShouldBeFalse();
    }

    [Theory]
    [InlineData("ALTER DATABASE `rm` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n", true)]
    [InlineData("DELIMITER ;;\nALTER DATABASE `rm` CHARACTER SET latin1 ;;\n", true)]
    [InlineData("ALTER TABLE `rm` DISABLE KEYS;\n", false)]
    [InlineData("INSERT INTO `a` VALUES\n('\\nALTER DATABASE `rm`;');\n", false)]
    public void ALTER_DATABASE_names_the_database(string sql, bool names) => Read(sql).NamesDatabase.ShouldBe(names);

    [Fact]
    public void Longest_statement_is_measured_without_comments_between_statements()
    {
        var statement = "INSERT INTO `t` VALUES\n('" + new string('x', 100_000) + "'),\n(2);";
        Read("-- " + new string('y', 300_000) + "\n\n" + statement + "\nCOMMIT;\n").LargestStatementBytes
            .ShouldBe(statement.Length);
    }

    [Fact]
    public void Any_split_of_any_values_gives_the_same_count()
    {
        var values = Gen.Elements(
            "NULL", "-2.5e3", "''", "'a'", "'),('", @"'\''", @"'\\'", "''''", "0xFF", "'-- '", "'/*'", "';'", @"'\n('",
            "\"q'\"", "'`'", "b'1'", "'😀'", "'\0'", "'\r'");
        var rows = Gen.ListOf(Gen.NonEmptyListOf(values).Select(static v => $"({string.Join(',', v)})"));
        var cuts = Gen.ArrayOf(Gen.Choose(1, 40));
        Check.QuickThrowOnFailure(Prop.ForAll(
            Arb.From(rows),
            Arb.From(cuts),
            (row, cut) =>
            {
                var list = row.ToList();
                var inserts =
                    string.Concat(list.Chunk(3).Select(c => $"INSERT INTO `t` VALUES\n{string.Join(",\n", c)};\n"));
                var bytes = Encoding.UTF8.GetBytes(
                    $"{Dump.Head}CREATE TABLE `t` (\n  `a` int\n);\n{inserts}{Dump.Trailer}");
                var counter = new DumpCounter();
                var at = 0;
                for (var i = 0; at < bytes.Length; i++)
                {
                    var length = Math.Min(cut.Length == 0 ? 7 : cut[i % cut.Length], bytes.Length - at);
                    counter.Push(bytes.AsSpan(at, length));
                    at += length;
                }

                var summary = counter.Finish();
                return summary.IsComplete && summary.Tables["t"] == list.Count;
            }));
    }

    private static DumpSummary Read(string sql)
    {
        var summary = Dump.Read(sql, int.MaxValue);
        Dump.Read(sql, 1).ShouldBeEquivalentTo(summary);
        return summary;
    }
}
