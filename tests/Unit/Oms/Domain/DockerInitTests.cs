namespace Drydock.Tests.Unit.Oms;

public sealed class DockerInitTests
{
    private const string Marker = "【结束】全部初始化步骤执行成功";
    private const string Steps = "# 【步骤一】校验 config.yaml 配置文件\n# 【步骤二】创建 OMS 元信息库\nERROR 1235 (0A000): Modify large "
        + "text/lob column not supported\n";

    [Theory]
    [InlineData("# 【结束】全部初始化步骤执行成功\n")]
    [InlineData("【结束】全部初始化步骤执行成功")]
    [InlineData("\u001b[32m# 【结束】全部初始化步骤执行成功\u001b[0m\r\n")]
    [InlineData("2024-03-01 02:00:00 【结束】全部初始化步骤执行成功。\n")]
    public void Marker_with_exit_code_0_is_success(string marker)
    {
        var verdict = DockerInit.Judge(Steps + marker, 0, Marker);

        verdict.Outcome.ShouldBe(DockerInitOutcome.Success);
        DockerInit.Judge(Steps, 0, Marker).Message.ShouldContain("'【步骤二】创建 OMS 元信息库'");
    }

    [Fact]
    public void Marker_with_another_exit_code_succeeds_with_a_warning()
    {
        var verdict = DockerInit.Judge(Steps + Marker + "\n", 3, Marker);

        verdict.Outcome.ShouldBe(DockerInitOutcome.SuccessWithWarning);
        verdict.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(Steps, 0)]
    [InlineData(Steps, 1)]
    [InlineData("+ echo '【结束】全部初始化步骤执行成功'\n", 0)]
    [InlineData("echo \"【结束】全部初始化步骤执行成功\" >> log\n", 0)]
    [InlineData("【结束】全部初始化步骤执行成功 未出现\n", 0)]
    public void Output_without_marker_line_failed_with_any_exit_code(string log, int exitCode) =>
        DockerInit.Judge(log, exitCode, Marker).Outcome.ShouldBe(DockerInitOutcome.Failed);

    [Fact]
    public void Another_version_has_another_marker()
    {
        DockerInit.Judge("all done\n", 0, "all done").Outcome.ShouldBe(DockerInitOutcome.Success);
        DockerInit.Judge(Steps + Marker, 0, "all done").Message.ShouldContain("'all done'");
    }

    [Fact]
    public void Failure_names_the_last_announced_step() =>
        DockerInit.Judge(Steps, 1, Marker).Message.ShouldContain("【步骤二】创建 OMS 元信息库");
}
