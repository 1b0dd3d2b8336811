namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class MyDumperRulesTests
{
    [Theory]
    [InlineData("rm", "oms_normal_config", true)]
    [InlineData("心跳", "a b.c-schema", true)]
    [InlineData("rm", "a`b", false)]
    [InlineData("rm", "a'b", false)]
    [InlineData("rm", "a/b", false)]
    [InlineData("r`m", "a", false)]
    [InlineData("rm", "a\nb", false)]
    [InlineData("rm", "t.00001.sql", false)]
    [InlineData("心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心心", "跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳跳", false)]
    public void Table_with_unsafe_name_is_left_to_mysqldump(string database, string table, bool good) =>
        TableSelection.IsGoodName(database, table).ShouldBe(good);

    [Theory]
    [InlineData("id", "auto_increment", false)]
    [InlineData("g", "STORED GENERATED", false)]
    [InlineData("at", "DEFAULT_GENERATED on update CURRENT_TIMESTAMP", true)]
    [InlineData("h", "INVISIBLE", true)]
    [InlineData("a`b", "", true)]
    public void A_column_mydumper_would_lose_is_known(string column, string extra, bool lost) =>
        TableSelection.IsColumnLost(column, extra).ShouldBe(lost);

    [Theory]
    [InlineData("rm.t.00002.sql", "rm.t.00001.sql")]
    [InlineData("rm.a.b.00100.sql", "rm.a.b.00099.sql")]
    [InlineData("rm.t.00001.sql", null)]
    [InlineData("rm.t.sql", null)]
    [InlineData("metadata", null)]
    [InlineData("rm.t.x0002.sql", null)]
    [InlineData(".sql", null)]
    public void The_file_before_one_is_known_by_its_number(string name, string? before) =>
        MyDumperRows.BeforeOf(name).ShouldBe(before);

    [Fact]
    public void File_names_keep_separators_and_encode_other_characters() =>
        DumpNames.Encode("rm.a b/心.00001.sql").ShouldBe("rm.a%20b%2F%E5%BF%83.00001.sql");

    [Theory]
    [InlineData("ERROR 1114 (HY000) at line 3: The table 'x' is full", SnapshotFailure.ServerFull)]
    [InlineData(
        "ERROR 1030 (HY000): Got error 28 \"No space left on device\" from storage engine", SnapshotFailure.ServerFull)]
    [InlineData(
        "ERROR 1290 (HY000): The MariaDB server is running with the --read-only option",
        SnapshotFailure.ReadOnlyServer)]
    [InlineData("ERROR 2006 (HY000) at line 1: Server has gone away", SnapshotFailure.ConnectionLost)]
    [InlineData("ERROR 2013 (HY000) at line 1: Lost connection to server during query", SnapshotFailure.ConnectionLost)]
    [InlineData("ERROR 1064 (42000): You have an error", SnapshotFailure.LoadFailed)]
    public void What_the_server_said_tells_what_it_was(string text, SnapshotFailure failure) =>
        ServerErrorClassifier.Of(text, SnapshotFailure.LoadFailed).ShouldBe(failure);

    [Theory]
    [InlineData(
        "ERROR 1062 (23000) at line 9: Duplicate entry 'canary it's a' for key 'PRIMARY'",
        "ERROR 1062 (23000) at line 9: Duplicate entry (what the server quotes is not shown)")]
    [InlineData(
        "ERROR 1064 (42000) at line 2: You have an error in your SQL syntax near 'canary\n(2)' at line 1", "ERROR 1064 "
            + "(42000) at line 2: You have an error in your SQL syntax near (what the server quotes is not shown)")]
    [InlineData(
        "ERROR 1273 (HY000) at line 3: Unknown collation: 'utf8mb4_0900_ai_ci'",
        "ERROR 1273 (HY000) at line 3: Unknown collation: 'utf8mb4_0900_ai_ci'")]
    [InlineData(
        "ERROR 2013 (HY000) at line 1: Lost connection to server during query",
        "ERROR 2013 (HY000) at line 1: Lost connection to server during query")]
    [InlineData(
        "--------------\nINSERT INTO `t` VALUES\n(1,'canary; ERROR 1'),\n(77,0x00)\n--------------\n\nERROR 1062 "
        + "(23000) at line 9: Duplicate entry '77' for key 'PRIMARY'",
        "ERROR 1062 (23000) at line 9: Duplicate entry (what the server quotes is not shown)")]
    [InlineData(
        "ERROR 1005 (HY000) at line 3: Can't create table `a`.`b` (errno: 28 \"No space left on device\")",
        "ERROR 1005 (HY000) at line 3: Can't create table `a`.`b` (errno: 28 \"No space left on device\")")]
    [InlineData(
        "--------------\nINSERT INTO `g` VALUES\n('canary',2)\n--------------\n\nERROR 3105 (HY000) at line 9: The "
        + "value specified for generated column 'b' in table 'g' is not allowed.",
        "ERROR 3105 (HY000) at line 9: The value specified for generated column 'b' in table 'g' is not allowed.")]
    [InlineData("canary,77),\n(78,79)", "it named no error")]
    [InlineData(
        "ERROR at line 1: Unknown command '\\!'.",
        "ERROR at line 1: Unknown command (what the server quotes is not shown)")]
    [InlineData(
        "setpriv: failed to execute no-such-mysql: No such file or directory",
        "setpriv: failed to execute no-such-mysql: No such file or directory")]
    public void What_the_server_quotes_of_rows_is_not_repeated(string text, string shown) =>
        ServerErrorClassifier.WithoutValues(ServerErrorClassifier.WithoutStatement(text)).ShouldBe(shown);

    [Theory]
    [InlineData(0, 0, "Dumping 0 B")]
    [InlineData(1536, 0.5, "Dumping 1.5 KiB")]
    [InlineData(1610612736, 50331648, "Dumping 1.5 GiB, 48 MiB/s")]
    public void Progress_is_told_with_its_rate(long bytes, double rate, string text) =>
        new SnapshotProgress("rm", SnapshotStage.Dumping, bytes, 0, rate).Describe().ShouldBe(text);
}
