using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Tests.Unit.Oms;

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

    [Fact]
    public void What_drops_data_asks_for_the_name()
    {
        using var output = new StringWriter();
        Should.Throw<CliException>(() => ChangeWriter.Ask(CliRuns.Plain(output, "y\n"), "up"));
        ChangeWriter.Ask(CliRuns.Plain(output, "up\n"), "up");
        output.ToString().ShouldEndWith("Type up to continue: ");

        var world = RollbackTests.Golden();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        Approval.Of(world.Run(), null, all: false).Confirm.ShouldBe("up");
        Approval.Of(CliRuns.Held().Run(), null, all: false).Confirm.ShouldBeNull("OMS goes down, and no data are lost");
    }
}
