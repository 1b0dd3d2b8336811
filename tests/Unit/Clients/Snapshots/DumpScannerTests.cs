using System.Text;
using Drydock.Clients.Snapshots;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class DumpScannerTests
{
    private const string Header = """
        /*M!999999\- enable the sandbox mode */ 
        -- MariaDB dump 10.19  Distrib 10.11.19-MariaDB
        /*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;

        """;

    private const string Trailer =
        "\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2024-01-01  1:01:01\n";

    [Theory]
    [InlineData("INSERT INTO `t` VALUES (1),(2),(3);", 3)]
    [InlineData("INSERT INTO `t` VALUES\n(1),\n(2);", 2)]
    [InlineData("INSERT INTO `t` (`a`,`b`) VALUES (1,2);", 1)]
    [InlineData("INSERT  IGNORE INTO `t` VALUES (1);\nINSERT INTO `t` VALUES (2);", 2)]
    [InlineData("REPLACE INTO `t` VALUES (1),(2);", 2)]
    [InlineData("INSERT INTO `db`.`t` VALUES (1);", 1)]
    [InlineData(@"INSERT INTO `t` VALUES ('),('),('it\'s ),('),('it''s ),(');", 3)]
    [InlineData(@"INSERT INTO `t` VALUES ('\\'),('\\\\'),('\'),(\\');", 3)]
    [InlineData("INSERT INTO `t` VALUES (\"),(\"),(\"a\\\"),(\");", 2)]
    [InlineData("INSERT INTO `t` VALUES ('a;b'),('-- x'),('/* '),('*/'),('#');", 5)]
    [InlineData("INSERT INTO `t` VALUES ('\nINSERT INTO `t` VALUES (1);\n-- Dump completed\n');", 1)]
    [InlineData("INSERT INTO `t` VALUES (0xDEADBEEF,_binary 'x(y',b'101',NULL,-1.5e-10);", 1)]
    [InlineData("INSERT INTO `t` VALUES (1,CONVERT(\"{(}\" USING UTF8MB4)),(2,CONVERT('' USING UTF8MB4));", 2)]
    [InlineData("", 0)]
    public void Rows_are_the_groups_behind_VALUES(string inserts, long rows)
    {
        var summary = Scan(
            $"{Header}CREATE TABLE `t` (\n  `a` int(11) DEFAULT NULL,\n  KEY `k` (`a`)\n) COMMENT='x);';\n/*!40000 "
                + $"ALTER TABLE `t` DISABLE KEYS */;\n{inserts}{Trailer}");
        summary.Tables.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, long>("t", rows));
        summary.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void All_object_kinds_are_recognized_and_placeholders_are_no_views()
    {
        var summary = Scan(Header + """
            /*!50001 CREATE VIEW `v` AS SELECT 1 AS `a` */;
            /*!50001 CREATE TABLE `old` (
              `a` tinyint NOT NULL
            ) ENGINE=MyISAM */;
            CREATE TABLE IF NOT EXISTS `odd ``;( name` (`x` int);
            CREATE SEQUENCE `s` start with 1 minvalue 1;
            DELIMITER ;;
            /*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER tr1 BEFORE INSERT ON `t` FOR EACH ROW BEGIN SET @x = ';;'; INSERT INTO y VALUES (1); END */;;
            /*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER db.`tr2` AFTER INSERT ON `t` FOR EACH ROW SET @y = 1 */;;
            DELIMITER ;
            DELIMITER ;;
            /*!50106 CREATE*/ /*!50117 DEFINER=`TABLE`@`%`*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO DELETE FROM x */ ;;
            CREATE DEFINER=`root`@`%` PROCEDURE `p`(IN a INT)
            BEGIN -- a comment; with ' quote
              /* CREATE TABLE `not` (x int); */
              SELECT 1;
            END ;;
            CREATE DEFINER=`root`@`%` FUNCTION `f`() RETURNS int(11)
            RETURN 1 ;;
            DELIMITER ;
            /*!50001 CREATE ALGORITHM=UNDEFINED */
            /*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
            /*!50001 VIEW `v` AS select `t`.`a` AS `a` from `t` */;
            /*!50001 CREATE ALGORITHM=UNDEFINED */
            /*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
            /*!50001 VIEW `old` AS select 1 AS `a` */;
            """ + Trailer);
        summary.Tables.Keys.ShouldBe(["odd `;( name"]);
        summary.Views.ShouldBe(["v", "old"], ignoreOrder: true);
        summary.Routines.ShouldBe(["PROCEDURE p", "FUNCTION f"], ignoreOrder: true);
        summary.Triggers.ShouldBe(["tr1", "tr2"], ignoreOrder: true);
        summary.Events.ShouldBe(["e"]);
        summary.Sequences.ShouldBe(["s"]);
        summary.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("INSERT INTO `t` VALUES (1)")]
    [InlineData("INSERT INTO `t` VALUES ('\n-- Dump completed on x\n")]
    [InlineData("/* \n-- Dump completed on x\n")]
    [InlineData("SELECT 1\n-- Dump completed on x\n")]
    [InlineData("-- Dump completed on x\nINSERT INTO `t` VALUES (1);\n")]
    [InlineData("-- Dump completed on x\nSELECT")]
    [InlineData("-- Dump comple")]
    public void Dump_is_complete_only_with_final_trailer(string text) =>
        Scan(text).IsComplete.ShouldBeFalse();

    [Fact]
    public void The_longest_statement_is_measured_without_what_is_between_statements()
    {
        var statement = "INSERT INTO `t` VALUES ('" + new string('x', 100_000) + "');";
        Scan(
            "-- " + new string(
                'y', 300_000) + "\n\n" + statement + "\nCOMMIT;\n").LargestStatementBytes.ShouldBe(statement.Length);
    }

    [Fact]
    public void Any_split_of_any_values_gives_the_same_count()
    {
        var values = Gen.Elements(
            "NULL",
            "1",
            "-2.5e3",
            "''",
            "'a'",
            "'),('",
            @"'\''",
            @"'\\'",
            "'\\\\\\''",
            "'''",
            "0xFF",
            "_binary 'b\\0'",
            "'-- '",
            "'/*'",
            "'*/'",
            "';'",
            "'\n'",
            "\"q'\"",
            "'`'",
            "b'1'",
            "'😀'")
            .Select(static v => v == "'''" ? "''''" : v);
        var rows = Gen.ListOf(Gen.NonEmptyListOf(values).Select(static v => $"({string.Join(',', v)})"));
        var cuts = Gen.ArrayOf(Gen.Choose(1, 40));
        Check.QuickThrowOnFailure(Prop.ForAll(
            Arb.From(rows),
            Arb.From(cuts),
            (row, cut) =>
            {
                var list = row.ToList();
                var inserts =
                    string.Concat(list.Chunk(3).Select(c => $"INSERT INTO `t` VALUES {string.Join(',', c)};\n"));
                var bytes = Encoding.UTF8.GetBytes($"{Header}CREATE TABLE `t` (`a` int);\n{inserts}{Trailer}");
                var scanner = new DumpScanner();
                var at = 0;
                for (var i = 0; at < bytes.Length; i++)
                {
                    var length = Math.Min(cut.Length == 0 ? 7 : cut[i % cut.Length], bytes.Length - at);
                    scanner.Push(bytes.AsSpan(at, length));
                    at += length;
                }

                var summary = scanner.Finish();
                return summary.IsComplete && summary.Tables["t"] == list.Count && summary.Bytes == bytes.Length;
            }));
    }

    private static DumpSummary Scan(string sql)
    {
        var whole = new DumpScanner();
        whole.Push(Encoding.UTF8.GetBytes(sql));
        var single = new DumpScanner();
        foreach (var b in Encoding.UTF8.GetBytes(sql))
        {
            single.Push([b]);
        }

        var summary = whole.Finish();
        single.Finish().ShouldBeEquivalentTo(summary);
        return summary;
    }

    [Fact]
    public void Routines_are_read_under_their_own_sql_mode()
    {
        const string Dump = """
            /*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
            DELIMITER ;;
            /*!50003 SET sql_mode              = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES' */ ;;
            CREATE DEFINER="a"@"%" PROCEDURE "odd ""name"() SELECT "id", 'a\' ;;
            /*!50003 SET sql_mode              = @saved_sql_mode */ ;;
            CREATE DEFINER=`a`@`%` FUNCTION `f`() RETURNS INT RETURN '\';;' ;;
            DELIMITER ;
            -- Dump completed
            """;
        for (var piece = 1; piece < 40; piece++)
        {
            var scanner = new DumpScanner();
            foreach (var part in System.Text.Encoding.UTF8.GetBytes(Dump).Chunk(piece))
            {
                scanner.Push(part);
            }

            var summary = scanner.Finish();
            summary.Routines.ShouldBe(["PROCEDURE odd \"name", "FUNCTION f"], ignoreOrder: true);
            summary.IsComplete.ShouldBeTrue();
            summary.NamesDatabase.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("ALTER DATABASE `rm` CHARACTER SET latin1;", true)]
    [InlineData("INSERT INTO `rm`.`a` VALUES (1);", true)]
    [InlineData("ALTER TABLE `rm` DISABLE KEYS;", false)]
    [InlineData("INSERT INTO `a` VALUES ('ALTER DATABASE `rm`;');", false)]
    public void Statements_that_name_a_database_are_seen(string sql, bool names)
    {
        var scanner = new DumpScanner();
        scanner.Push(System.Text.Encoding.UTF8.GetBytes(sql));
        scanner.Finish().NamesDatabase.ShouldBe(names);
    }
}
