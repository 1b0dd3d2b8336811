using System.Diagnostics;

namespace Drydock.Tests.Unit.Oms;

/// <summary>Which processes run docker_init.sh or the JAR, and which only name them.</summary>
public sealed class ForeignCommandTests
{
    [Theory]
    [InlineData("/bin/bash|/root/docker_init.sh")]
    [InlineData("bash|-x|docker_init.sh")]
    [InlineData("-bash|./docker_init.sh|again")]
    [InlineData("/bin/sh|-e|-o|pipefail|/root/docker_init.sh")]
    [InlineData("dash|/root/docker_init.sh")]
    [InlineData("ash|--|/root/docker_init.sh")]
    [InlineData("bash|+x|--rcfile|/root/rc|/root/docker_init.sh")]
    [InlineData("/root/docker_init.sh")]
    [InlineData("busybox|sh|/root/docker_init.sh")]
    [InlineData("nohup|bash|/root/docker_init.sh")]
    [InlineData("setsid|-w|ksh|/root/docker_init.sh")]
    [InlineData("timeout|-s|KILL|--kill-after=9|-k|1|30m|bash|/root/docker_init.sh")]
    [InlineData("busybox|timeout|-t|30|sh|/root/docker_init.sh")]
    [InlineData("nice|-n|10|ionice|-c|2|-n7|stdbuf|-oL|bash|/root/docker_init.sh")]
    [InlineData("env|-i|-u|HOME|IS_UPGRADE=true|LC_ALL=C|/root/docker_init.sh")]
    [InlineData("sudo|-n|-u|root|IS_UPGRADE=true|bash|/root/docker_init.sh")]
    [InlineData("sh|-c|. /root/docker_init.sh")]
    [InlineData("bash|-lc|cd /root && source ./docker_init.sh")]
    [InlineData("bash|-c|set -e\n. \"/root/docker_init.sh\" 2>&1")]
    [InlineData("sh|-xc|if true; then . docker_init.sh; fi")]
    public void Process_that_executes_docker_init_counts(string arguments) =>
        ForeignCommand.Of("7", arguments.Split('|')).ShouldNotBeNull().IsJar.ShouldBeFalse();

    [Theory]
    [InlineData(
        "/opt/alibaba/java/bin/java|-jar|/root/correction-1.0.jar|-mupgrade|-y/home/admin/conf/config.yaml|-ltrue")]
    [InlineData("java|-Xmx2g|-jar|fixed.jar|-mupgrade|-lfalse")]
    [InlineData("nohup|nice|-5|java|-jar|correction-1.0.jar|-mupgrade")]
    public void Process_that_executes_the_jar_counts(string arguments) =>
        ForeignCommand.Of("7", arguments.Split('|')).ShouldNotBeNull().IsJar.ShouldBeTrue();

    [Theory]
    [InlineData("less|/root/docker_init.sh")]
    [InlineData("vim|docker_init.sh")]
    [InlineData("tail|-f|/root/docker_init.sh")]
    [InlineData("timeout|14|tail|-f|/root/docker_init.sh")]
    [InlineData("busybox|timeout|-t|14|tail|-f|/root/docker_init.sh")]
    [InlineData("grep|docker_init.sh")]
    [InlineData("grep|-c|java -jar correction-1.0.jar -mupgrade")]
    [InlineData("cat|/root/docker_init.sh")]
    [InlineData("watch|cat /root/docker_init.sh")]
    [InlineData("sh|-c|ps -ef | grep docker_init.sh")]
    [InlineData("sh|-c|ls . docker_init.sh")]
    [InlineData("bash|-c|tail -f /root/docker_init.sh")]
    [InlineData("bash|/root/check.sh|/root/docker_init.sh")]
    [InlineData("bash|-c|/root/docker_init.sh")]
    [InlineData("sudo|-u|root|less|/root/docker_init.sh")]
    [InlineData("/bin/sh|-c|\"$@\" > log|drydock|/home/admin/logs/d|/root|/bin/bash|/root/docker_init.sh")]
    [InlineData("java|-jar|other.jar|--mode=upgrade")]
    [InlineData("python3|tool.py|-mupgrade|-jar")]
    [InlineData("bash|/root/docker_init.sh.bak")]
    [InlineData("bash")]
    [InlineData("timeout")]
    [InlineData("env|A=b")]
    [InlineData("bash|-c")]
    [InlineData("")]
    public void Process_that_only_names_a_command_counts_for_nothing(string arguments) =>
        ForeignCommand.Of("7", arguments.Split('|')).ShouldBeNull();

    [Fact]
    public async Task Script_lists_what_a_real_shell_executes()
    {
        var none = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("drydock-foreign-").FullName;
        var script = Path.Combine(directory, "docker_init.sh");
        await File.WriteAllTextAsync(script, "read -r never\n", none);
        using var runs = Start("sh", script, "two\nlines", "");
        using var reads = Start("tail", "-f", script);
        using var looks = Start("/bin/sh", "-c", ForeignCommand.Script);
        try
        {
            var lines = (await looks.StandardOutput.ReadToEndAsync(none)).Split(
                '\n', StringSplitOptions.RemoveEmptyEntries);
            var found = lines.Select(ForeignCommand.Read).OfType<ForeignCommand>()
                .Where(c => c.CommandLine.Contains(directory, StringComparison.Ordinal)).ToList();

            lines.Count(line => line.Contains(script, StringComparison.Ordinal)).ShouldBe(2);
            found.ShouldHaveSingleItem().Pid
                .ShouldBe(runs.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            found[0].CommandLine.ShouldStartWith($"sh {script} two\nlines");
            lines.ShouldNotContain(
                line => line.Contains("proc/[0-9]", StringComparison.Ordinal), "it does not find itself");
        }
        finally
        {
            runs.StandardInput.Close();
            reads.Kill();
            await Task.WhenAll(runs.WaitForExitAsync(none), reads.WaitForExitAsync(none), looks.WaitForExitAsync(none));
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        })!;
}
