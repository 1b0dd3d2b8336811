using System.CommandLine;
using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Every command of the tree answers in sentences, without a kubeconfig and without an API server.</summary>
public sealed class HelpTests
{
    private const string Absent = "/absent/kubeconfig";

    // They print without an argument and without a cluster.
    private static readonly string[] Local = ["", "init", "explain", "help", "version", "__complete"];

    private static readonly string[] Titles = ["Look:", "Prepare:", "Control:", "Share:"];

    public static TheoryData<string> Commands => [.. Paths(Root(), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_of_every_command_has_usage_and_asks_nothing(string path)
    {
        foreach (var words
            in new string[][] { [.. Words(path), "--help"], [.. Words(path), "-h"], ["help", .. Words(path)] })
        {
            var (code, text) = await RunAsync(words);

            code.ShouldBe(ExitCodes.Done, text);
            text.ShouldContain($"Usage:\n  kubectl drydock {(path is "help" or "__complete" ? "" : path)}".TrimEnd());
            text.ShouldNotContain("kubectl-drydock ");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_without_arguments_prints_or_says_what_is_missing(string path)
    {
        var (code, text) = await RunAsync([.. Words(path), "--kubeconfig", Absent]);

        code.ShouldBe(Local.Contains(path, StringComparer.Ordinal) ? ExitCodes.Done : ExitCodes.Failed, text);
        text.ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Unknown_word_after_command_is_refused(string path)
    {
        var (code, text) = await RunAsync([.. Words(path), "nonsense", "--kubeconfig", Absent]);

        code.ShouldBe(path == "__complete" ? ExitCodes.Done : ExitCodes.Failed, text);
        text.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void Nothing_is_completed_for_the_help()
    {
        foreach (var command in All(Root()))
        {
            command.Arguments.Where(a => a.HelpName is null).Select(a => $"{command.Name} {a.Name}").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Verbs_are_grouped_by_use_with_an_example_each()
    {
        var (_, text) = await RunAsync([]);

        var lines = text.Split('\n');
        lines.Where(l => Titles.Contains(l, StringComparer.Ordinal)).ShouldBe(Titles);
        var verbs = VerbGroups.All.SelectMany(g => g.Verbs).ToList();
        verbs.Select(v => v.Verb)
            .ShouldBe(Root().Subcommands.Where(c => !c.Hidden).Select(c => c.Name), ignoreOrder: true);
        foreach (var verb in verbs)
        {
            text.ShouldContain($"\n  {verb.Verb} ");
            text.ShouldContain($" kubectl drydock {verb.Verb} ");
            foreach (var example in verb.Examples)
            {
                Root().Parse([.. example.Split(' ').Skip(2)]).Errors.ShouldBeEmpty(example);
            }

            (await RunAsync([verb.Verb, "--help"])).Text.ShouldContain($"  {verb.Examples[0]}\n");
        }
    }

    [Theory]
    [InlineData("There is no command statu. Did you mean status? See `kubectl drydock --help`.", "statu")]
    [InlineData("See `kubectl drydock approve --help`.", "approve")]
    [InlineData("There is no option --forc.", "approve", "a", "--forc")]
    [InlineData("See `kubectl drydock init tidb --help`.", "init", "tidb", "--nonsense")]
    [InlineData("There is no command statu. Did you mean status?", "help", "statu")]
    [InlineData(
        "There is no command omss. Did you mean oms? See `kubectl drydock init --help`.", "init", "omss", "--help")]
    public async Task Typing_error_names_what_to_do(string expected, params string[] words)
    {
        var (code, text) = await RunAsync(words);

        code.ShouldBe(ExitCodes.Failed);
        text.ShouldContain(expected);
    }

    [Fact]
    public async Task Format_is_listed_once()
    {
        (await RunAsync(["status", "--help"])).Text.ShouldContain("-o, --output <format>");
        (await RunAsync(["__complete", "--", "status", "-o", ""])).Text.ShouldBe("json\nname\nwide\nyaml\n:4\n");
    }

    [Fact]
    public async Task Error_of_the_program_is_one_sentence_with_its_message()
    {
        using var output = new StringWriter();
        var surroundings = CliRuns.Plain(output) with { Input = new BrokenInput() };

        var code = await DrydockCommand.RunAsync(
            surroundings, ["check", "-f", "-", "--kubeconfig", await KubeconfigAsync()],
            TestContext.Current.CancellationToken);

        code.ShouldBe(ExitCodes.Failed);
        output.ToString().Trim().ShouldBe(
            "kubectl drydock ended because of an error of its own, InvalidOperationException: the input is broken. "
            + "Report it with this line and the command.");
    }

    private static RootCommand Root() => DrydockCommand.Create(CliRuns.Plain(TextWriter.Null));

    private static async Task<string> KubeconfigAsync()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            current-context: c
            contexts: [{name: c, context: {cluster: c}}]
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
            """);
        return file;
    }

    private static async Task<(int Code, string Text)> RunAsync(string[] words)
    {
        await using var output = new StringWriter();
        var code = await DrydockCommand.RunAsync(CliRuns.Plain(output), words, TestContext.Current.CancellationToken);
        var text = output.ToString().ReplaceLineEndings("\n");
        text.ShouldNotContain("Unhandled");
        text.ShouldNotContain("   at ");
        text.ShouldNotContain("error of its own");
        return (code, text);
    }

    private static string[] Words(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Paths(Command command, string path) =>
        [path, .. command.Subcommands.SelectMany(c => Paths(c, $"{path} {c.Name}".Trim()))];

    private static IEnumerable<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    private sealed class BrokenInput : TextReader
    {
        public override Task<string> ReadToEndAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the input is broken");
    }
}
