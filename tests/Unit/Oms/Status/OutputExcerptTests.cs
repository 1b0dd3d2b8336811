namespace Drydock.Tests.Unit.Oms;

/// <summary>What a message quotes of the output of a failed command.</summary>
public sealed class OutputExcerptTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("\n \n", null)]
    [InlineData("one\ntwo\nthree\nfour\n", "The end of its output: \"two\", \"three\", \"four\".")]
    [InlineData(
        "Error: Unable to access jarfile correction.jar\n",
        "The end of its output: \"Error: Unable to access jarfile correction.jar\".")]
    [InlineData(
        "start\nException in thread \"main\" java.lang.X: no\n\tat com.a.B.c(B.java:1)\n\t... 3 more\nbye\n",
        "The end of its output: \"Exception in thread 'main' java.lang.X: no\".")]
    [InlineData(
        "+ mysql -e x\n\u001b[31mERROR 1060 (42S21): Duplicate column name 'a'\u001b[0m\r\n# 【步骤三】\n",
        "The end of its output: \"ERROR 1060 (42S21): Duplicate column name 'a'\".")]
    public void Last_telling_lines_are_quoted(string output, string? excerpt) =>
        OutputExcerpt.Of(output).ShouldBe(excerpt);

    [Fact]
    public void Long_lines_are_cut() =>
        OutputExcerpt.Of("error " + new string('x', 10_000))!.Length.ShouldBeLessThan(300);

    [Theory]
    [InlineData("ERROR 1060 (42S21): Duplicate column name 'priority'", true)]
    [InlineData("ERROR 1050 (42S01): Table 'oms_project' already exists", true)]
    [InlineData("(1061, \"Duplicate key name 'idx_a'\")", true)]
    [InlineData("ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'", true)]
    [InlineData("Can't DROP 'idx_b'; check that column/key exists", true)]
    [InlineData("ERROR 1045 (28000): Access denied for user 'a'@'b'", false)]
    [InlineData("ERROR 2013 (HY000): Lost connection to MySQL server during query", false)]
    [InlineData("mkdir: cannot create directory '/a': File exists", false)]
    public void Half_migrated_schema_is_recognized(string line, bool half) =>
        DockerInit.Judge($"# 【步骤二】创建 OMS 元信息库\n{line}\n", 1, "done").IsHalfMigrated.ShouldBe(half);
}
