using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Ssh;

/// <summary>The line that a login shell gets, whichever that is.</summary>
public sealed class SshCommandLineTests
{
    private const string Encoded = "sh -c 'eval \"$(printf %s \"$@\" | base64 -d)\"' sh ";

    [Theory]
    [InlineData("echo a\necho b")]
    [InlineData("[ ! -e /x ]")]
    public void Script_is_a_line_that_csh_takes(string script)
    {
        var line = SshCommandLine.Of(RemoteCommand.Script(script, "it's"));

        line.ShouldNotContain('\n');
        line.ShouldNotContain('!');
        line.ShouldStartWith(Encoded);
        var encoded = line[Encoded.Length..];
        Encoding.UTF8.GetString(Convert.FromBase64String(encoded))
            .ShouldEndWith($"'sh' '-c' '{script}' 'sh' 'it'\\''s'");
    }

    [Theory]
    [InlineData('x')]
    [InlineData('\n')]
    public void Long_script_has_only_words_that_csh_of_BSD_takes(char filler)
    {
        var script = new string(filler, 20_000);

        var line = SshCommandLine.Of(RemoteCommand.Script(script));

        line.ShouldStartWith(Encoded);
        var words = line[Encoded.Length..].Split(' ');
        words.ShouldAllBe(word => word.Length <= 1000);
        Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(words))).ShouldContain(script);
    }

    [Fact]
    public void Plain_command_is_readable_in_logs_of_the_host() =>
        SshCommandLine.Of(new RemoteCommand("docker", "system", "dial-stdio") { AsRoot = true })
            .ShouldEndWith("sh sudo -n -- 'docker' 'system' 'dial-stdio'");

    [Fact]
    public void Command_of_another_account_runs_through_sudo() =>
        SshCommandLine.Of(new RemoteCommand("id") { AsUser = "tidb" }).ShouldEndWith("sh sudo -n -H -u 'tidb' -- 'id'");
}
