namespace Drydock.Tests.Integration.Lab;

/// <summary>The demo that a visitor plays with: its blocks of lines to paste do what they say.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DemoTests(LabFixture lab)
{
    private const string Object = "oms-322-to-422 -n oms";

    private static readonly string Artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
    private static readonly string Configuration = Path.GetFileName(
        Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Visitor_breaks_mends_and_repeats_the_upgrade_and_begins_again()
    {
        var page = await PageRun.StartAsync(
            await lab.RunAsync(), await lab.ControlPlaneAsync(), Repository.Root, "demo", Token);
        page.Variables["LAB"] = Built("Lab", "Drydock.Lab.dll");
        page.Variables["OPERATOR"] = Built("Operator", "Drydock.Operator.dll");
        page.Variables["PLUGIN"] = Built("Cli", "kubectl-drydock.dll");
        page.Variables["XDG_CACHE_HOME"] = Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        page.Fake(
            "make",
            """case $1 in demo-break) exec dotnet "$LAB" demo-break;; demo-mend) exec dotnet "$LAB" demo-break --mend;; *) exit 64;; esac""");
        try
        {
            var play = await RunAsync("""dotnet "$LAB" demo --operator "$OPERATOR" --plugin "$PLUGIN" --play""");
            play.ShouldNotContain("🚚");
            var start = Block(play);
            var planned = await RunAsync(Without(start, "make demo-break", "patch", "status"));
            planned.ShouldContain("StopOld");

            var stopped = Block(await RunAsync(Only(start, "make demo-break")));
            await RunAsync(Only(start, "patch"));
            // status ends with a code of its own when the upgrade has failed.
            var failed = await RunAsync(Only(start, "status") + " || true\n");
            failed.ShouldContain("docker_init.sh");
            (await RunAsync(Only(stopped, "status") + " || true\n")).ShouldContain("kubectl drydock retry");
            (await RunAsync(Only(stopped, "logs"))).ShouldContain("ERROR 2013");
            await RunAsync(Only(stopped, "make demo-mend"));
            await RunAsync(Only(stopped, "retry") + " --yes\n");
            (await RunAsync($"{Only(stopped, "")}kubectl drydock wait {Object} --timeout 10m\n"))
                .ShouldContain("Succeeded");

            var again = Block(await RunAsync("""dotnet "$LAB" demo --operator "$OPERATOR" --plugin "$PLUGIN" """));
            (await RunAsync(Without(again, "dashboard", "make"))).ShouldContain("4.2.2");
        }
        finally
        {
            await page.RunAsync("""dotnet "$LAB" down""", "down", CancellationToken.None);
        }

        page.ChangedFiles().ShouldBeEmpty();

        Task<string> RunAsync(string script) => page.RunAsync(script, "demo", Token);
    }

    private static string Built(string project, string file) => Path.Combine(Artifacts, project, Configuration, file);

    // What follows the last heading, without the comments of the lines.
    private static List<string> Block(string output)
    {
        var lines = output.TrimEnd().Split('\n');
        var block = lines[(Array.FindLastIndex(lines, line => line.Contains("──", StringComparison.Ordinal)) + 1)..];
        block[0].ShouldStartWith("export KUBECONFIG=");
        return [.. block.Select(line => line.Split("  # ")[0])];
    }

    private static string Without(IEnumerable<string> block, params string[] words) =>
        string.Concat(block.Where(line => !words.Any(word => line.Contains(word, StringComparison.Ordinal)))
            .Select(line => line + "\n"));

    // The exports, and the line with a word; without a word the exports alone.
    private static string Only(IReadOnlyList<string> block, string word)
    {
        var exports = string.Concat(
            block.Where(line => line.StartsWith("export ", StringComparison.Ordinal)).Select(line => line + "\n"));
        return word.Length == 0
            ? exports
            : exports + block.Single(line => line.Contains(word, StringComparison.Ordinal)
                && !line.StartsWith("export ", StringComparison.Ordinal));
    }
}
