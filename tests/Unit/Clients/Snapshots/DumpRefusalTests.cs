namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>Dumps that are truncated, torn, partial, or of a format that is not counted.</summary>
public sealed class DumpRefusalTests
{
    [Theory]
    [InlineData("")]
    [InlineData("INSERT INTO `t` VALUES\n(1)")]
    [InlineData("INSERT INTO `t` VALUES\n(1),\n")]
    [InlineData("INSERT INTO `t` VALUES\n(1),\n-- Dump completed on x\n")]
    [InlineData("INSERT INTO `t` VALUES ('\n-- Dump completed on x\n")]
    [InlineData("CREATE TABLE `a\n-- Dump completed on x\n")]
    [InlineData("CREATE TABLE `a` (\n  `b\n-- Dump completed on x\n")]
    [InlineData("/* \n-- Dump completed on x\n")]
    [InlineData("SELECT 1\n-- Dump completed on x\n")]
    [InlineData("DELIMITER ;;\nCREATE PROCEDURE p() BEGIN\nSELECT 1;\n-- Dump completed on x\n")]
    [InlineData("DELIMITER ;;\n-- Dump completed on x\n")]
    [InlineData("-- Dump completed on x\nINSERT INTO `t` VALUES\n(1);\n")]
    [InlineData("-- Dump completed on x\nSELECT")]
    [InlineData("-- Dump comple")]
    public void Dump_is_complete_only_with_final_trailer(string sql)
    {
        foreach (var piece in (int[])[1, 3, 4096])
        {
            Dump.Read(sql, piece).IsComplete.ShouldBeFalse();
        }
    }

    [Fact]
    public void Every_cut_of_a_dump_is_refused()
    {
        var sql =
            $"{Dump.Head}CREATE TABLE `t` (\n  `a` text\n);\nINSERT INTO `t` VALUES\n('a;'),\n('\\n-- Dump completed');"
                + $"\nDELIMITER ;;\nCREATE PROCEDURE p() BEGIN\nSELECT 1;\nEND ;;\nDELIMITER ;\n{Dump.Trailer}";
        var expected = Expected("t", 2);
        Findings(sql, SnapshotPart.Whole, expected).ShouldBeEmpty();
        for (var length = 0; length < sql.LastIndexOf("-- Dump", StringComparison.Ordinal) + 17; length++)
        {
            Findings(sql[..length], SnapshotPart.Whole, expected)
                .ShouldContain(f => f.Failure == SnapshotFailure.Truncated);
        }
    }

    [Fact]
    public void Every_cut_of_a_file_of_mydumper_is_refused()
    {
        const string Sql = "/*!40101 SET NAMES binary*/;\n/*!40014 SET FOREIGN_KEY_CHECKS=0*/;\n"
            + "INSERT INTO `t` (`a`,`b`) VALUES\n(1,\"a;\"),\n(2,\"b\");\nINSERT INTO `t` (`a`,`b`) VALUES\n"
            + "(3,\"c;\");\n";
        var expected = Expected("t", 3);
        Findings(Sql, SnapshotPart.Rows, expected).ShouldBeEmpty();
        for (var length = 0; length < Sql.Length; length++)
        {
            Findings(Sql[..length], SnapshotPart.Rows, expected).ShouldNotBeEmpty();
        }
    }

    [Theory]
    [InlineData("INSERT INTO `t` VALUES (1),(2);\n")]
    [InlineData("INSERT INTO `t` VALUES\n(1), (2);\n")]
    [InlineData("INSERT INTO `t` VALUES\n (1),\n (2);\n")]
    [InlineData("INSERT INTO t VALUES\n(1),\n(2);\n")]
    [InlineData("INSERT IGNORE INTO `t` VALUES\n(1),\n(2);\n")]
    [InlineData("INSERT INTO `db`.`t` VALUES\n(1),\n(2);\n")]
    [InlineData("INSERT INTO `t` SELECT 1 UNION\nSELECT 2;\n")]
    public void Rows_in_another_format_are_not_taken_for_the_right_number(string insert) =>
        Findings(
            Dump.Head + "CREATE TABLE `t` (\n  `a` int\n);\n" + insert + Dump.Trailer, SnapshotPart.Whole,
            Expected("t", 2))
            .ShouldNotBeEmpty();

    [Fact]
    public void Missing_table_and_missing_row_are_told_by_name_and_number()
    {
        const string Sql = Dump.Head + "CREATE TABLE `u` (\n  `a` text\n);\nINSERT INTO `u` VALUES\n('canary');\n"
            + Dump.Trailer;
        Findings(Sql, SnapshotPart.Whole, Expected("t", 0)).Select(f => f.Message)
            .ShouldBe(["rm: tables missing in the dump: t.", "rm: tables missing in the server: u."]);
        Findings(Sql, SnapshotPart.Whole, Expected("u", 2)).ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Names_without_end_are_refused_and_not_kept()
    {
        var counter = new DumpCounter(namesLimit: 10_000);
        var taken = 0;
        Should.Throw<SnapshotException>(() =>
        {
            for (; taken < 200; taken++)
            {
                counter.Push(Encoding.UTF8.GetBytes($"CREATE TABLE `t{taken}` (\n  `a` int\n);\n"));
            }
        }).Message.ShouldContain("10000 bytes");
        taken.ShouldBeLessThan(100);
    }

    [Fact]
    public void Name_without_end_is_refused_and_not_kept()
    {
        var counter = new DumpCounter();
        counter.Push("CREATE TABLE `"u8);
        for (var i = 0; i < 1024; i++)
        {
            counter.Push(Encoding.UTF8.GetBytes(new string('`', 1024)));
        }

        counter.Push("x` (a int);\n-- Dump completed\n"u8);
        var summary = counter.Finish();
        summary.Tables.Keys.ShouldAllBe(k => k.Length < 1 << 20);
        summary.IsComplete.ShouldBeFalse();
    }

    private static IReadOnlyList<SnapshotFinding> Findings(string sql, SnapshotPart part, ManifestDatabase expected) =>
        [.. DumpCheck.Contents(
            expected, [new CountedFile(expected.File with { Part = part }, Dump.Read(sql, 7))], expected.Name)];

    private static ManifestDatabase Expected(string table, long rows) => new()
    {
        Name = "rm",
        CharacterSet = "utf8mb4",
        Collation = "utf8mb4_bin",
        File = new SnapshotFile("rm.sql.gz", "gzip", 1, 1, "", 1),
        Tables = [new SnapshotTable(table, rows, null)],
        Views = [],
        Routines = [],
        Triggers = [],
        Events = [],
        Sequences = [],
    };
}
