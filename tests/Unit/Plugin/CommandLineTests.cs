using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Command lines that are refused before anything is asked.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("approve", "a", "--forc")]
    [InlineData("hold", "a", "StopOld", "--remov")]
    [InlineData("status", "--bogus")]
    [InlineData("explain", "--all")]
    public void Misspelt_option_is_no_argument(params string[] words)
    {
        using var output = new StringWriter();

        var parsed = DrydockCommand.Create(CliRuns.Plain(output)).Parse(words);

        parsed.Errors.Any(e => e.Message.StartsWith($"There is no option {words[^1]}.", StringComparison.Ordinal))
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("approve", "a", "--yes")]
    [InlineData("check", "-f", "-")]
    [InlineData("status", "-A", "-o", "json")]
    [InlineData("status", "-A", "-w", "-l", "team=dba")]
    [InlineData("wait", "a", "--as", "bob", "--request-timeout", "0")]
    [InlineData("hold", "a", "StopOld", "--remove", "-y")]
    public void Known_options_are_accepted(params string[] words)
    {
        using var output = new StringWriter();

        DrydockCommand.Create(CliRuns.Plain(output)).Parse(words).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("not possible with --selector", "status", "a", "-l", "team=dba")]
    [InlineData("not possible with --all-namespaces", "status", "a", "-A")]
    [InlineData("-o name is not possible with --watch", "status", "a", "-w", "-o", "name")]
    [InlineData("-o is 'wide'; expected json or yaml.", "check", "-f", "-", "-o", "wide")]
    [InlineData("-o is 'name'; expected json or yaml.", "history", "a", "-o", "name")]
    [InlineData(
        "--name 'Night' is not a name of an object", "init", "tidb", "--pd", "h", "--to-version", "3.0.9", "--name",
        "Night")]
    public void Option_without_effect_is_refused(string expected, params string[] words)
    {
        using var output = new StringWriter();

        DrydockCommand.Create(CliRuns.Plain(output)).Parse(words).Errors.ShouldHaveSingleItem().Message
            .ShouldContain(expected);
    }

    [Theory]
    [InlineData("check", "-f", "up")]
    [InlineData("init", "oms", "--ssh-key", "")]
    [InlineData("report", "a", "--file", "")]
    [InlineData("status", "--kubeconfig", "")]
    public async Task File_is_completed_by_shell(params string[] words)
    {
        using var output = new StringWriter();

        (await DrydockCommand.Create(CliRuns.Plain(output)).Parse(["__complete", "--", .. words])
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(ExitCodes.Done);

        output.ToString().ReplaceLineEndings("\n").ShouldBe(":0\n");
    }
}
