using System.CommandLine;
using System.Reflection;
using Drydock.Cli.CommandLine;
using Drydock.Tests.Unit.Docs;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The page of the plugin has the verbs as the help has them, and every exit code. DRYDOCK_REFRESH=cli writes
/// the verbs again.</summary>
public sealed class PluginPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs/reference/cli.md"));

    [Fact]
    public void Tables_of_verbs_are_those_of_the_help()
    {
        var root = DrydockCommand.Create(CliRuns.Plain(TextWriter.Null));
        var groups = VerbGroups.All.Select(group => (group.Title, Commands: group.Verbs.SelectMany(
            verb => Leaves(root.Subcommands.Single(c => c.Name == verb.Verb))).ToList())).ToList();
        var shared = groups.SelectMany(group => group.Commands).SelectMany(command => Parts(command.Command))
            .CountBy(part => part)
            .Where(part => part.Value > 2).Select(part => part.Key).ToList();
        List<string> lines = [];
        foreach (var (title, commands) in groups)
        {
            lines.AddRange(["", $"### {title}", "", "| command | what it does |", "|---|---|"]);
            lines.AddRange(commands.Select(command => $"| `{Usage(command.Path, command.Command)}` | "
                + $"{string.Join(
                    "<br>", Parts(command.Command).Except(shared).Select(Words).Prepend(command.Description))}"
                + " |"));
        }

        lines.AddRange(["", "### Of several or all verbs", "", "| argument or option | what it is |", "|---|---|"]);
        lines.AddRange(shared.Concat(root.Options.Where(option => option.Recursive).Select(Part)).Distinct()
            .Select(part => $"| {part.Name} | {part.Text} |"));

        GeneratedPart.ShouldBe("docs/reference/cli.md", "verbs", "cli", string.Join('\n', [.. lines, "", ""]));

        static string Words((string Name, string Text) part) => $"{part.Name} {part.Text}";
    }

    [Fact]
    public void Table_of_exit_codes_has_every_code() =>
        Section("Exit codes").Select(row => int.Parse(row.Split('|')[1], CultureInfo.InvariantCulture))
            .ShouldBe(typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => (int)f.GetRawConstantValue()!).Order());

    [Fact]
    public void Every_verb_and_option_says_what_it_does()
    {
        using var output = new StringWriter();
        foreach (var command in All(DrydockCommand.Create(CliRuns.Plain(output))).Where(c => !c.Hidden))
        {
            command.Description.ShouldNotBeNullOrWhiteSpace(command.Name);
            command.Options.Where(o => string.IsNullOrWhiteSpace(o.Description))
                .Select(o => $"{command.Name} {o.Name}").ShouldBeEmpty();
            command.Arguments.Where(a => string.IsNullOrWhiteSpace(a.Description))
                .Select(a => $"{command.Name} {a.Name}").ShouldBeEmpty();
        }
    }

    private static IEnumerable<(
        string Path, string Description, Command Command)> Leaves(Command command) => command.Subcommands.Count == 0
        ? [(command.Name, command.Description!, command)]
        : command.Subcommands.Select(c => ($"{command.Name} {c.Name}", $"{c.Description} {command.Description}", c));

    private static string Usage(string path, Command command) =>
        string.Join(' ', [path, .. command.Arguments.Select(
            a => a.Arity.MinimumNumberOfValues == 0 ? $"[{Upper(a)}]" : Upper(a))]);

    private static IEnumerable<(string Name, string Text)> Parts(Command command) =>
        [
            .. command.Arguments.Select(a => ($"`{Upper(a)}`", Cell(a.Description!))),
            .. command.Options.Where(o => !o.Recursive && !o.Hidden).Select(Part)
        ];

    private static (string Name, string Text) Part(Option option) =>
        ($"{string.Join(", ", option.Aliases.Append(option.Name).Select(name => $"`{name}`"))}"
            + $"{(option.Required ? " (required)" : "")}", Cell(option.Description!));

    private static string Upper(Argument argument) => argument.HelpName!.ToUpperInvariant();

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static IEnumerable<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    // The rows of the first table of a section, without its head.
    private static IEnumerable<string> Section(string heading)
    {
        var text = Page[Page.IndexOf($"## {heading}\n", StringComparison.Ordinal)..];
        return text.Split('\n').SkipWhile(line => !line.StartsWith('|')).Skip(2)
            .TakeWhile(line => line.StartsWith('|'));
    }
}
