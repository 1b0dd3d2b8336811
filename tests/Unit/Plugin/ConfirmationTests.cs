using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>A change is written after a yes, and not where nobody can be asked.</summary>
public sealed class ConfirmationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("n\n")]
    [InlineData("\n")]
    public void Nothing_is_written_without_a_yes(string answer)
    {
        using var output = new StringWriter();

        Should.Throw<CliException>(() => ChangeWriter.Ask(CliRuns.Plain(output, answer))).Message.ShouldBeWorded();
    }

    [Fact]
    public void Yes_lets_it_be_written()
    {
        using var output = new StringWriter();

        ChangeWriter.Ask(CliRuns.Plain(output, "y\n"));

        output.ToString().ShouldBe("Continue? [y/N] ");
    }
}
