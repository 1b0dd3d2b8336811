using Drydock.Cli.CommandLine;
using Shouldly;
using Xunit;

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

        parsed.Errors.Select(e => e.Message).ShouldContain($"There is no option {words[^1]}. See `kubectl drydock {words[0]} --help`.");
    }

    [Theory]
    [InlineData("approve", "a", "--yes")]
    [InlineData("check", "-f", "-")]
    [InlineData("status", "-A", "-o", "json")]
    [InlineData("hold", "a", "StopOld", "--remove", "-y")]
    public void Known_options_are_accepted(params string[] words)
    {
        using var output = new StringWriter();

        DrydockCommand.Create(CliRuns.Plain(output)).Parse(words).Errors.ShouldBeEmpty();
    }
}
