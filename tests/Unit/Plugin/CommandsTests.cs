using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Cli.Views;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Commands that are printed act on the run that the user looked at.</summary>
public sealed class CommandsTests
{
    [Fact]
    public void Command_keeps_context_and_kind()
    {
        var run = CliRuns.Held().Run() with
        {
            Address = new RunAddress(" --context lab --kubeconfig '/a b/c'", HasKind: true)
        };

        var view = RunViewBuilder.BuildWithOffers(run, DateTimeOffset.UnixEpoch);

        view.Holds.Single().Command.ShouldBe(
            $"kubectl drydock approve omsu/{run.Metadata.Name} StopOld -n migration --context lab --kubeconfig '/a "
            + "b/c'");
        view.Offers.Select(o => o.Command)
            .ShouldAllBe(command => command.EndsWith(" --context lab --kubeconfig '/a b/c'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prod-1", "prod-1")]
    [InlineData("arn:aws:eks:eu/cluster", "arn:aws:eks:eu/cluster")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("a;b", "'a;b'")]
    public void Word_is_quoted_where_a_shell_would_change_it(string text, string word) =>
        ShellWord.Quote(text).ShouldBe(word);
}
