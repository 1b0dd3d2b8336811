using System.CommandLine;
using System.CommandLine.Parsing;
using Drydock.Cli.CommandLine;
using Drydock.Tests.Unit.Plugin;

namespace Drydock.Tests.Unit.Docs;

/// <summary>
/// Every <c>kubectl drydock</c> on a page is a command that the plugin has, with options and arguments that it knows.
/// </summary>
public sealed class PluginCommandTests
{
    // The pages of tasks that the plugin can do.
    private static readonly string[] TaskPages =
    [
        "tutorials/oms.md", "tutorials/tidb.md", "tutorials/yugabytedb.md", "how-to/upgrade-at-night.md",
        "how-to/approve-from-git.md", "how-to/roll-back-retry-accept.md",
        "how-to/from-the-runbook.md", "explanation/oms.md", "reference/cli.md", "how-to/dashboard.md",
    ];

    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.PathOf("README.md"))
            .Where(path => File.ReadAllText(path).Contains("drydock", StringComparison.Ordinal))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_of_the_plugin_are_known_with_all_options(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));
        foreach (var command in PluginLines.InBlocks(text))
        {
            Problems(command, isWhole: true).ShouldBeEmpty($"{page}: kubectl drydock {string.Join(' ', command)}");
        }

        foreach (var command in PluginLines.InText(text))
        {
            Problems(command, isWhole: false).ShouldBeEmpty($"{page}: kubectl drydock {string.Join(' ', command)}");
        }

        PluginLines.Misplaced(text).ShouldBeEmpty($"{page}: kubectl refuses options before the name of a plugin");
    }

    [Fact]
    public void Pages_of_tasks_use_the_plugin() =>
        TaskPages.Where(page => PluginLines.InBlocks(File.ReadAllText(Repository.PathOf("docs", page))).Count == 0)
            .ShouldBeEmpty();

    [Fact]
    public void Commands_are_read_as_a_shell_reads_them()
    {
        const string Page = """
            Run `kubectl drydock explain Held`, see [`kubectl drydock`](x.md).
            ```
            $ kubectl drydock approve a "StopOld@$(head -1 p | cut -c8-15)" -n b   # why
            kubectl drydock check -f - <in; kubectl drydock plan a \
              -o 'json' > file && cat file
            ```
            ```yaml
            x: kubectl drydock nonsense
            ```
            """;

        PluginLines.InBlocks(Page).Select(c => string.Join('\n', c))
            .ShouldBe(["approve\na\nStopOld@$(head -1 p | cut -c8-15)\n-n\nb", "check\n-f\n-", "plan\na\n-o\njson"]);
        PluginLines.InText(Page).Select(c => string.Join('\n', c)).ShouldBe(["explain\nHeld"]);
    }

    [Theory]
    [InlineData("approve", "a", "--force")]
    [InlineData("aprove", "a")]
    [InlineData("check")]
    [InlineData("init", "oms", "--docker", "unix:///x")]
    public void Unknown_commands_and_options_are_noticed(params string[] command) =>
        Problems(command, isWhole: true).ShouldNotBeEmpty();

    [Theory]
    [InlineData("kubectl -n oms drydock approve a", 1)]
    [InlineData("kubectl --context=a drydock status", 1)]
    [InlineData("kubectl drydock status -n oms", 0)]
    [InlineData("kubectl -n drydock-system get pods", 0)]
    [InlineData("kubectl -n oms get drydock", 0)]
    public void Option_before_the_plugin_is_noticed(string line, int count) =>
        PluginLines.Misplaced(line).Count.ShouldBe(count);

    // In the text a command may be cut after its verb. A word with a dash that is no option would count as an argument.
    private static List<string> Problems(IReadOnlyList<string> command, bool isWhole)
    {
        using var output = new StringWriter();
        // NAME and NS are replaced by the reader.
        var parsed = DrydockCommand.Create(CliRuns.Plain(output))
            .Parse([.. command.Select(w => w.All(char.IsAsciiLetterUpper) ? w.ToLowerInvariant() : w)]);
        var unknown = parsed.Tokens
            .Where(t => t.Type == TokenType.Argument && t.Value.Length > 1 && t.Value.StartsWith('-'))
            .Select(t => $"{t.Value} is not an option.");
        return
        [
            .. unknown,
            .. isWhole ? parsed.Errors.Select(e => e.Message) : parsed.UnmatchedTokens,
            .. !isWhole && parsed.CommandResult.Command is RootCommand ? ["There is no verb."] : Array.Empty<string>(),
        ];
    }
}
