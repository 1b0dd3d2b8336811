using System.Text;
using Drydock.Clients.Remote;
using Drydock.Clients.Ssh;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Ssh;

/// <summary>The line that a login shell gets, whichever that is.</summary>
public sealed class SshCommandLineTests
{
    [Theory]
    [InlineData("echo a\necho b")]
    [InlineData("[ ! -e /x ]")]
    public void Script_is_a_line_that_csh_takes(string script)
    {
        var line = SshCommandLine.Of(RemoteCommand.Script(script, "it's"));

        line.ShouldNotContain('\n');
        line.ShouldNotContain('!');
        line.ShouldStartWith("sh -c 'eval \"$(printf %s ");
        var encoded = line.Split(' ').MaxBy(word => word.Length)!;
        Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).ShouldEndWith($"'sh' '-c' '{script}' 'sh' 'it'\\''s'");
    }

    [Fact]
    public void Plain_command_is_readable_in_logs_of_the_host() =>
        SshCommandLine.Of(new RemoteCommand("docker", "system", "dial-stdio") { AsRoot = true }).ShouldEndWith("sh sudo -n -- 'docker' 'system' 'dial-stdio'");

    [Fact]
    public void Command_of_another_account_runs_through_sudo() =>
        SshCommandLine.Of(new RemoteCommand("id") { AsUser = "tidb" }).ShouldEndWith("sh sudo -n -H -u 'tidb' -- 'id'");
}
