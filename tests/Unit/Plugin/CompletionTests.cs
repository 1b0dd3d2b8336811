using System.Diagnostics;
using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The scripts that complete <c>kubectl drydock</c>; that of bash runs.</summary>
public sealed class CompletionTests
{
    private const string Kubectl = """
        kubectl() { shift; printf '%s|' "$@" > "$asked"; printf 'held\nhel lo\n:4\n'; }
        __start_kubectl() { COMPREPLY=(of-kubectl); }
        """;

    [Theory]
    [InlineData("kubectl drydock status -n oms h", "held,hel\\ lo", "__complete|--|status|-n|oms|h|")]
    [InlineData("kubectl drydock", "of-kubectl", "")]
    [InlineData("kubectl get pods", "of-kubectl", "")]
    public async Task Bash_completes_verbs_and_leaves_the_rest_to_kubectl(string line, string candidates, string asked)
    {
        var file = Path.GetTempFileName();
        var words = line.Split(' ');
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", $"""
            asked={file}
            {Kubectl}
            {await ScriptAsync("bash")}
            COMP_WORDS=({line}); COMP_CWORD={words.Length - 1}
            __drydock_kubectl
            IFS=,; echo "{"${COMPREPLY[*]}"}"
            """]) { RedirectStandardOutput = true, UseShellExecute = false })!;

        (await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().ShouldBe(candidates);

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(asked);
        File.Delete(file);
    }

    [Theory]
    [InlineData("zsh", "compdef __drydock_kubectl kubectl")]
    [InlineData("fish", "complete -c kubectl")]
    public async Task Script_of_other_shells_asks_the_same_command(string shell, string end)
    {
        var script = await ScriptAsync(shell);

        script.ShouldContain("kubectl drydock __complete -- ");
        script.TrimEnd().Split('\n')[^1].ShouldStartWith(end);
    }

    [Fact]
    public async Task Unknown_shell_is_refused_with_the_known_ones()
    {
        await using var output = new StringWriter();

        (await DrydockCommand.RunAsync(
            CliRuns.Plain(output), ["completion", "tcsh"], TestContext.Current.CancellationToken))
            .ShouldBe(ExitCodes.Failed);

        output.ToString().ShouldBeWorded();
    }

    private static async Task<string> ScriptAsync(string shell)
    {
        await using var output = new StringWriter();
        (await DrydockCommand.RunAsync(
            CliRuns.Plain(output), ["completion", shell], TestContext.Current.CancellationToken))
            .ShouldBe(ExitCodes.Done);
        return output.ToString();
    }
}
