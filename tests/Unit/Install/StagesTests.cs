using System.Diagnostics;

namespace Drydock.Tests.Unit.Install;

/// <summary>The stage printer of <c>make prepare</c> and <c>make demo</c>.</summary>
public sealed class StagesTests : IDisposable
{
    private readonly string _logs = Directory.CreateTempSubdirectory("drydock-stages-").FullName;

    [Fact]
    public async Task Stages_that_succeed_print_one_line_each()
    {
        var (code, output) = await RunAsync("first", "echo noise", "second", "echo noise >&2");

        code.ShouldBe(0);
        output.ShouldMatch(@"\Afirst … \d+ s\nsecond … \d+ s\n\z");
        File.ReadAllText(Path.Combine(_logs, "second.log")).ShouldBe("noise\n");
    }

    [Fact]
    public async Task Failed_stage_shows_the_end_of_its_log_only()
    {
        var later = Path.Combine(_logs, "later");

        var (code, output) = await RunAsync("Kubernetes 1.20", "seq 1000; exit 3", "later", $"touch '{later}'");

        code.ShouldBe(3);
        output.ShouldStartWith("Kubernetes 1.20 … FAILED with exit code 3 after ");
        output.ShouldContain(Path.Combine(_logs, "Kubernetes-1.20.log"));
        output.ShouldEndWith("\n  | 999\n  | 1000\n");
        output.ShouldNotContain("| 900\n");
        File.Exists(later).ShouldBeFalse();
    }

    [Fact]
    public async Task Background_stage_runs_during_the_others()
    {
        var pipe = Path.Combine(_logs, "pipe");

        var (code, output) = await RunAsync(
            "first", $"mkfifo '{pipe}'; cat '{pipe}'", "--beside", "build",
            $"until [ -p '{pipe}' ]; do sleep 0.01; done; echo built >'{pipe}'");

        code.ShouldBe(0);
        output.ShouldMatch(@"\Afirst … \d+ s\nbuild … \d+ s\n\z");
        File.ReadAllText(Path.Combine(_logs, "first.log")).ShouldBe("built\n");
    }

    [Fact]
    public async Task Failed_background_stage_fails_the_run()
    {
        var (code, output) = await RunAsync("first", "true", "--beside", "build", "echo CS0246; exit 1");

        code.ShouldBe(1);
        output.ShouldContain("build … FAILED with exit code 1 after ");
        output.ShouldEndWith("\n  | CS0246\n");
    }

    [Fact]
    public async Task Failed_stage_ends_the_background_stage()
    {
        var pid = Path.Combine(_logs, "pid");

        var (code, _) = await RunAsync(
            "first", $"until [ -s '{pid}' ]; do sleep 0.01; done; exit 7", "--beside", "build",
            $"sleep 600 & echo $! >'{pid}'; wait");

        code.ShouldBe(7);
        await Wait.UntilAsync(() => !IsRunning(File.ReadAllText(pid).Trim()));
    }

    public void Dispose() => Directory.Delete(_logs, recursive: true);

    private static bool IsRunning(string pid)
    {
        var status = $"/proc/{pid}/stat";
        return File.Exists(status) && !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "bash", [Repository.PathOf("tests", "Lab", "recipes", "stages.sh"), _logs, .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
