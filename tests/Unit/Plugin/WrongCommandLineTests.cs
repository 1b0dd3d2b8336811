using System.CommandLine;
using Drydock.Cli.CommandLine;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Every command of the tree with a wrong value of every option: one sentence on standard error.</summary>
public sealed class WrongCommandLineTests
{
    private const string Absent = "/absent/kubeconfig";

    // Nothing listens there.
    private const string Silent = "127.0.0.1:1";

    private static readonly string[] Wrong = ["", "no such thing", "-1", "99999999999", "[b]"];

    public static TheoryData<string, string> Options =>
    [
        .. Commands(Root(), "").SelectMany(c => Of(c.Command).Select(o => (c.Path, o.Name))),
    ];

    public static TheoryData<string> Verbs => [.. Commands(Root(), "").Select(c => c.Path).Where(p => p.Length > 0)];

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Wrong_value_is_one_sentence_on_standard_error(string path, string option)
    {
        foreach (var value in Wrong)
        {
            var (code, output, errors) = await RunAsync([.. Line(path, option), $"{option}={value}"]);

            if (code != ExitCodes.Done)
            {
                code.ShouldBe(ExitCodes.Failed, errors);
                output.ShouldBeEmpty();
                errors.Trim().Split('\n').ShouldHaveSingleItem();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Option_that_is_given_twice_is_refused_by_name(string path, string option)
    {
        var command = Commands(Root(), "").Single(c => c.Path == path).Command;
        if (Of(command).Single(o => o.Name == option) is not { Arity.MaximumNumberOfValues: 1 } known
            || known.ValueType == typeof(bool))
        {
            return;
        }

        var (code, _, errors) = await RunAsync([.. Line(path, option), option, "1m", option, "1m"]);

        code.ShouldBe(ExitCodes.Failed);
        errors.ShouldStartWith($"{option} is given twice");
    }

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Misspelt_option_is_answered_with_the_right_word(string path, string option)
    {
        var (code, output, errors) = await RunAsync([.. Line(path, null), $"{option[..^2]}{option[^1]}"]);

        code.ShouldBe(ExitCodes.Failed, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"There is no option {option[..^2]}{option[^1]}. Did you mean ");
        errors.ShouldContain(option);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Misspelt_verb_is_answered_with_the_right_word(string path)
    {
        if (path is "__complete" or "help")
        {
            return;
        }

        var (code, output, errors) = await RunAsync(Words($"{path[..^1]}{path[^1]}{path[^1]}"));

        code.ShouldBe(ExitCodes.Failed);
        output.ShouldBeEmpty();
        errors.ShouldMatch(
            $"^There is no command .*[.] Did you mean (.* or )?{path.Split(' ')[^1]}( or .*)?[?] See `.* "
            + "--help`[.]\n$");
    }

    [Theory]
    [InlineData("--port is 'abc'; expected is a whole number.", "dashboard", "--port", "abc")]
    [InlineData("--port is '70000'; expected is 0 to 65535.", "dashboard", "--port", "70000")]
    [InlineData("--namespace needs a value.", "status", "-n")]
    [InlineData("--for is 'Hled'; expected is Ready or Held.", "wait", "a", "--for", "Hled")]
    [InlineData("-o is 'yml'; expected json, yaml, wide or name.", "status", "-o", "yml")]
    [InlineData("--context is empty.", "status", "--context", "")]
    [InlineData("There is no option --context-x.", "approve", "a", "--context-x")]
    [InlineData("There is no option --contxt. Did you mean --context?", "status", "--contxt", "x")]
    [InlineData("There is no option --contxt. Did you mean --context?", "doctor", "--contxt", "x")]
    [InlineData("NAME is empty.", "status", "")]
    [InlineData("NAME is empty.", "plan", "", "-n", "oms")]
    [InlineData("BEFORE is empty.", "hold", "x", "")]
    [InlineData("WHAT is empty.", "approve", "x", "")]
    [InlineData("--as has a control character or one that is not ASCII.", "status", "--as", "a\nb")]
    [InlineData("--as has a control character or one that is not ASCII.", "status", "--as", "é")]
    [InlineData(
        "--namespace is 'BAD/NAME'; expected are lower-case letters, digits and hyphens", "status", "-n", "BAD/NAME")]
    [InlineData("--operator-namespace is '..'; expected are", "doctor", "--operator-namespace", "..")]
    [InlineData("--watch=maybe is wrong; expected is true or false.", "status", "--watch=maybe")]
    [InlineData("There is no command status extra.", "help", "status", "extra")]
    [InlineData("--pd is '::'; expected is HOST or HOST:PORT", "init", "tidb", "--pd", "::", "--to-version", "3.0.9")]
    [InlineData(
        "--pd is 'http://h:1'; expected is HOST or HOST:PORT", "init", "tidb", "--pd", "http://h:1", "--to-version",
        "3.0.9")]
    [InlineData(
        "--pd is 'h:99999'; expected is HOST or HOST:PORT", "init", "tidb", "--pd", "h:99999", "--to-version", "3.0.9")]
    [InlineData(
        "--master is '0.0.0.0'; expected is HOST or HOST:PORT", "init", "yugabyte", "--master", "0.0.0.0",
        "--to-version", "2.20")]
    [InlineData(
        "There is no socket /absent/docker.sock. Name that of dockerd with --docker.", "init", "oms", "--docker",
        "unix:///absent/docker.sock", "--image", "x", "--to-version", "4.2.2")]
    [InlineData(
        "There is no file /absent. Choose another path with --ssh-key.", "init", "oms", "--docker",
        "ssh://u@127.0.0.1:1", "--ssh-key", "/absent", "--image", "x", "--to-version", "4.2.2")]
    [InlineData(
        "There is no file /absent. Choose another path with --known-hosts.", "init", "oms", "--docker",
        "ssh://u@127.0.0.1:1", "--ssh-key", "/etc/passwd", "--known-hosts", "/absent", "--image", "x", "--to-version",
        "4.2.2")]
    [InlineData(
        "There is no folder /absent. Choose another path with --tls.", "init", "oms", "--docker", "tcp://127.0.0.1:1",
        "--tls", "/absent", "--image", "x", "--to-version", "4.2.2")]
    [InlineData(
        "There is no folder /absent. Choose another path with --file.", "init", "tidb", "--pd", "192.0.2.1",
        "--from-version", "2", "--to-version", "3", "-f", "/absent/x.yaml")]
    [InlineData("NAME is missing.", "approve")]
    [InlineData("--filename is missing.", "check")]
    public async Task Wrong_word_is_told_with_what_is_expected(string expected, params string[] words)
    {
        var (code, output, errors) = await RunAsync(words);

        code.ShouldBe(ExitCodes.Failed);
        output.ShouldBeEmpty();
        errors.ShouldStartWith(expected);
    }

    [Theory]
    [InlineData("""{"steps":[{"id":"A/1"},null]}""")]
    [InlineData("""{"steps":[{"id":"A/1","after":[null]}]}""")]
    [InlineData("""{"steps":[{"id":"A/1","parameters":{"image":null}}]}""")]
    [InlineData("""{"steps":[{"id":"A/1"}],"guards":[null]}""")]
    public async Task File_of_a_plan_in_which_a_value_is_missing_is_refused(string json)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);

        await Wrong_file_or_name_is_told_with_its_option(
            $"{file} is not a plan: a value is missing. Write one with `plan NAME -o json`.", "diff", file, file);

        File.Delete(file);
    }

    [Theory]
    [InlineData("There is no file /absent. Choose another path with --filename.", "check", "-f", "/absent")]
    [InlineData("/etc is a folder, not a file. Choose another path with --filename.", "check", "-f", "/etc")]
    [InlineData("'omsu/' has no name. Expected omsu/NAME.", "status", "omsu/")]
    [InlineData("There is no upgrade .. in namespace oms. There are: night.", "status", "..")]
    [InlineData(
        "There is no folder /absent. Choose another path with --file.", "report", "night", "--file", "/absent/x.zip")]
    [InlineData("There is no file /absent.json. Choose another path with PLAN.", "diff", "/absent.json")]
    [InlineData("There is no file absent.yaml. Choose another path with OTHER.", "diff", "night", "absent.yaml")]
    [InlineData("/etc/hostname is not a plan: The document is ", "diff", "night", "/etc/hostname")]
    [InlineData("There is no upgrade oms-4.2.2 in namespace oms.", "diff", "night", "oms-4.2.2")]
    [InlineData("Plan 1 of oms/night is its last one. Name OTHER.", "diff", "night")]
    [InlineData("oms/night has no plan 7. There are: 1.", "diff", "night", "7")]
    [InlineData("oms/night has no plan 0. There are: 1.", "diff", "night:0")]
    [InlineData("'last' of PLAN is no number of a plan. Expected NAME:2.", "diff", "night:last")]
    public async Task Wrong_file_or_name_is_told_with_its_option(string expected, params string[] words)
    {
        await using var server = (await FakeApiServer.StartAsync()).Otherwise(AnswerAsync);
        var kubeconfig = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            kubeconfig,
            $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: c, namespace: oms}}]
            clusters: [{name: c, cluster: {server: "{{{server.Address}}}"}}]
            """,
            TestContext.Current.CancellationToken);

        var (code, output, errors) = await RunAsync([.. words, "--kubeconfig", kubeconfig]);

        File.Delete(kubeconfig);
        code.ShouldBe(ExitCodes.Failed, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith(expected);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var plan = JsonSerializer.Serialize(
            PlanProgress.Of(new Plan { Number = 1 }), CrdsJsonContext.Default.PlanProgress);
        var night = $$$"""
            {"metadata":{"name":"night","namespace":"oms","uid":"u1"},"spec":{"fromVersion":"3.2.2","toVersion":"4.2.2"},
             "status":{"plans":[{{{plan}}}]}}
            """;
        var path = context.Request.Path.Value!;
        var isOms = path.Contains("/omsupgrades", StringComparison.Ordinal);
        var isList = path.EndsWith("upgrades", StringComparison.Ordinal);
        context.Response.ContentType = "application/json";
        context.Response.StatusCode =
            isList || (isOms && path.EndsWith("/night", StringComparison.Ordinal)) ? 200 : 404;
        await context.Response.WriteAsync(
            context.Response.StatusCode == 404 ? FakeApiServer.Status(404, "NotFound")
            : !isList ? night
            : isOms ? FakeApiServer.List("1", night)
            : FakeApiServer.List("1"));
    }

    private static string[] Line(string path, string? without)
    {
        var command = Commands(Root(), "").Single(c => c.Path == path).Command;
        var arguments = command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0)
            .Select(a => a.Name == "shell" ? "bash" : "a");
        var options = command.Options.Where(o => o.Required && o.Name != without)
            .SelectMany(o => new[] { o.Name, o.Name == "--docker" ? $"tcp://{Silent}" : Silent });
        string[] where = without == SharedOptions.Kubeconfig ? [] : [SharedOptions.Kubeconfig, Absent];
        return [.. Words(path), .. arguments, .. options, .. where];
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] words)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await DrydockCommand.RunAsync(
            CliRuns.Plain(output) with { Errors = errors }, words, TestContext.Current.CancellationToken);
        foreach (var text in new[] { output.ToString(), errors.ToString() })
        {
            foreach (var inner
                in new[] { "System.", "Drydock.", ".NET", "Exception", "   at ", "error of its own", "Unhandled" })
            {
                text.ShouldNotContain(inner, Case.Sensitive, string.Join(' ', words));
            }
        }

        return (code, output.ToString(), errors.ToString().ReplaceLineEndings("\n"));
    }

    private static RootCommand Root() => DrydockCommand.Create(CliRuns.Plain(TextWriter.Null));

    private static string[] Words(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<(string Path, Command Command)> Commands(Command command, string path) =>
        [(path, command), .. command.Subcommands.SelectMany(c => Commands(c, $"{path} {c.Name}".Trim()))];

    private static IEnumerable<Option> Of(Command command) => command.Hidden || command is RootCommand
        ? []
        : command.Options.Concat(Root().Options.Where(o => o.Recursive && o.Name != "--help"))
            .Where(o => o.Name.StartsWith("--", StringComparison.Ordinal));
}
