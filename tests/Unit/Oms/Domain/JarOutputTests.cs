namespace Drydock.Tests.Unit.Oms;

public sealed class JarOutputTests
{
    private const string Java = "/opt/alibaba/java/bin/java";

    [Theory]
    [InlineData("Error: Unable to access jarfile correction-1.0-SNAPSHOT-jar-with-dependencies.jar\n", 1)]
    [InlineData("Error: Invalid or corrupt jarfile /root/correction.jar\r\n", 1)]
    [InlineData(
        "Picked up JAVA_TOOL_OPTIONS: -Dfile.encoding=UTF-8\nOpenJDK 64-Bit Server VM warning: ignoring option\nError: "
        + "Unable to access jarfile x.jar\n",
        1)]
    [InlineData("drydock: 9: /opt/alibaba/java/bin/java: not found\n", 127)]
    [InlineData("drydock: line 9: /opt/alibaba/java/bin/java: No such file or directory\n", 127)]
    [InlineData("/bin/sh: /opt/alibaba/java/bin/java: Permission denied\n", 126)]
    [InlineData("cannot enter /root\n", 96)]
    public void Launcher_that_opened_nothing_proves_that_nothing_ran(string output, int exitCode) =>
        JarOutput.ProvesNoRun(output, exitCode, Java).ShouldBeTrue();

    [Theory]
    [InlineData("Error: Unable to access jarfile x.jar\n", 0)]
    [InlineData("Error: Unable to access jarfile x.jar\n", 3)]
    [InlineData("correction: started\nError: Unable to access jarfile x.jar\n", 1)]
    [InlineData("Error: Unable to access jarfile x.jar\ncorrection: started\n", 1)]
    [InlineData("Caused by: Error: Unable to access jarfile x.jar\n", 1)]
    [InlineData("bash: psql: not found\n", 127)]
    [InlineData("cannot enter\n", 96)]
    [InlineData("", 1)]
    [InlineData("", 127)]
    public void Anything_else_proves_nothing(string output, int exitCode) =>
        JarOutput.ProvesNoRun(output, exitCode, Java).ShouldBeFalse();

    [Theory]
    [InlineData("2024-03-01 02:00:00 ERROR c.o.Correction - cannot merge np_1")]
    [InlineData("[ERROR] cannot merge")]
    [InlineData("2024-03-01T02:00:00.123Z [main] ERROR cannot merge")]
    [InlineData("02:00:00,123 main ERROR cannot merge")]
    [InlineData("SEVERE: cannot merge")]
    [InlineData("Exception in thread \"main\" java.lang.IllegalStateException")]
    [InlineData("Caused by: java.sql.SQLException: Duplicate entry")]
    [InlineData("java.lang.OutOfMemoryError: Java heap space")]
    public void Level_or_exception_reports_an_error(string line) =>
        JarOutput.Errors($"start\n{line}\nend\n").ShouldBe([line]);

    [Theory]
    [InlineData("corrected 12 projects, errors: 0")]
    [InlineData("loading com.oceanbase.ExceptionHandler")]
    [InlineData("no error")]
    [InlineData("TERROR")]
    [InlineData("log4j:ERROR Could not find value for key log4j.appender.A")]
    [InlineData("INFO correction finished, ERROR: 0")]
    [InlineData("2024-03-01 02:00:00 INFO 0 ERROR, 0 WARN")]
    [InlineData("2024-03-01 02:00:00 [main] INFO set root level to ERROR")]
    [InlineData("INFO retry after SQLTransientConnectionException: (conn=1)")]
    public void Other_lines_report_none(string line) => JarOutput.Errors(line).ShouldBeEmpty();

    [Fact]
    public void Excerpt_counts_the_lines_and_quotes_the_first() =>
        OutputExcerpt.Errors(["ERROR a", "ERROR \"b\"", "ERROR c", "ERROR d"]).ShouldBeWorded();
}
