using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Drydock.Cli.CommandLine;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The page of the plugin names every verb and every exit code, and no other.</summary>
public sealed partial class PluginPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs/reference/cli.md"));

    [Fact]
    public void Table_of_verbs_has_every_verb()
    {
        using var output = new StringWriter();
        var verbs = DrydockCommand.Create(CliRuns.Plain(output)).Subcommands.Where(c => !c.Hidden).SelectMany(Names);

        Section("Verbs").SelectMany(row => Verb().Matches(row.Split('|')[1])).Select(m => m.Groups["verb"].Value).Distinct()
            .ShouldBe(verbs, ignoreOrder: true);
    }

    [Fact]
    public void Table_of_exit_codes_has_every_code() =>
        Section("Output and exit codes").Select(row => int.Parse(row.Split('|')[1], CultureInfo.InvariantCulture))
            .ShouldBe(typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => (int)f.GetRawConstantValue()!).Order());

    [Fact]
    public void Every_verb_and_option_says_what_it_does()
    {
        using var output = new StringWriter();
        foreach (var command in All(DrydockCommand.Create(CliRuns.Plain(output))).Where(c => !c.Hidden))
        {
            command.Description.ShouldNotBeNullOrWhiteSpace(command.Name);
            command.Options.Where(o => string.IsNullOrWhiteSpace(o.Description)).Select(o => $"{command.Name} {o.Name}").ShouldBeEmpty();
            command.Arguments.Where(a => string.IsNullOrWhiteSpace(a.Description)).Select(a => $"{command.Name} {a.Name}").ShouldBeEmpty();
        }
    }

    private static IEnumerable<string> Names(Command command) =>
        command.Subcommands.Count == 0 ? [command.Name] : command.Subcommands.Select(c => $"{command.Name} {c.Name}");

    private static IEnumerable<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    // The rows of the first table of a section, without its head.
    private static IEnumerable<string> Section(string heading)
    {
        var text = Page[Page.IndexOf($"## {heading}\n", StringComparison.Ordinal)..];
        return text.Split('\n').SkipWhile(line => !line.StartsWith('|')).Skip(2).TakeWhile(line => line.StartsWith('|'));
    }

    [GeneratedRegex("`(?<verb>(init )?[a-z]+)( [^`]*)?`")]
    private static partial Regex Verb();
}
