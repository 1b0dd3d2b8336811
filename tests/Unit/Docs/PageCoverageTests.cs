namespace Drydock.Tests.Unit.Docs;

/// <summary>Every fenced command of a page runs in a test, and what is no command says what it is.</summary>
public sealed partial class PageCoverageTests
{
    private static readonly string[] Folders = ["docs", "tests", "src", "charts", "config"];

    // Languages of blocks that are not run. A block without a language has commands.
    private static readonly string[] Texts = ["console", "csharp", "csv", "json", "mermaid", "sql", "text", "yaml"];

    private static readonly IReadOnlyList<string> Pages =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Folders.SelectMany(
                folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.md", SearchOption.AllDirectories)))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> PagesWithCommands =>
        [.. Pages.Where(page => Blocks(page).Any(block => block.IsCommand))];

    [Fact]
    public void Every_page_with_commands_has_a_test_that_runs_it()
    {
        var run = Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Runs().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["page"].Value)
            .ToHashSet(StringComparer.Ordinal);

        PagesWithCommands.Select(row => row.Data).Where(page => !run.Contains(page)).ShouldBeEmpty();
        run.Where(page => !Pages.Contains(page, StringComparer.Ordinal)).ShouldBeEmpty("these pages do not exist");
    }

    [Fact]
    public void Block_that_is_no_command_names_a_known_language() =>
        Pages.SelectMany(page => Blocks(page).Where(block => !block.IsCommand
            && !Texts.Contains(block.Language, StringComparer.Ordinal)).Select(block => $"{page}: {block.Language}"))
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void Block_of_commands_is_not_a_manifest(string page)
    {
        foreach (var block in Blocks(page).Where(block => block.IsCommand))
        {
            var first = block.Text.TrimStart().Split('\n')[0];
            first.ShouldNotMatch(
                @"^(\$ |[-a-zA-Z]+:( |$)|- )",
                $"{page}: a manifest is ```yaml, and what a terminal shows is ```console");
        }
    }

    private static IReadOnlyList<Fence> Blocks(string page) => Fence.In(File.ReadAllText(Repository.PathOf(page)));

    // RunsPage is an attribute of the tests that run pages; they are in assemblies that need real servers.
    [GeneratedRegex("""\[RunsPage\("(?<page>[^"]+)"\)\]""", RegexOptions.ExplicitCapture)]
    private static partial Regex Runs();
}
