using System.Diagnostics;

namespace Drydock.Tests.Unit.Install;

/// <summary>The result of <c>tests/run.sh</c> is the result of the tests.</summary>
public sealed class TestRunTests : IDisposable
{
    // As the test program writes it: without line ends.
    private const string Passed = "<UnitTestResult testName=\"Case.That_passes\" "
        + "outcome=\"Passed\"><Output><TextMessages><Message>said</Message></TextMessages></Output></UnitTestResult>";

    private const string Silent = "<UnitTestResult testName=\"Case.That_passes_silently\" outcome=\"Passed\" />";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-run-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("3 2 0", 0, 1, "2 passed, 1 failed, 0 skipped")]
    [InlineData("3 3 0", 0, 0, "3 passed, 0 failed, 0 skipped")]
    [InlineData("3 2 1", 0, 0, "2 passed, 0 failed, 1 skipped")]
    [InlineData("3 3 0", 1, 1, "3 passed, 1 failed, 0 skipped")]
    [InlineData("0 0 0", 0, 1, "0 passed, 1 failed, 0 skipped")]
    [InlineData("", 0, 1, "0 passed, 1 failed, 0 skipped")]
    public async Task Exit_code_and_last_line_come_from_the_results(string results, int exit, int code, string last)
    {
        var (ended, lines) = await RunAsync(results, exit, "Unit");

        (ended, lines[^1]).ShouldBe((code, last), string.Join('\n', lines));
    }

    [Fact]
    public async Task A_failure_of_the_first_project_counts_although_the_second_passes()
    {
        var (ended, lines) = await RunAsync("2 1 0;5 5 0", 0, "Unit", "Integration");

        (ended, lines[^1]).ShouldBe((1, "6 passed, 1 failed, 0 skipped"));
        var failures = lines.SkipWhile(line => line != "== failed").Skip(1).SkipLast(1);
        failures.ShouldBe(["FAILED Case.That_fails", "  expected <a>", "  but b"]);
        lines.ShouldContain(line => line.EndsWith("  Integration", StringComparison.Ordinal));
    }

    // The test program writes the counters that are asked for: total, passed, skipped of each project.
    private async Task<(int Code, string[] Lines)> RunAsync(string results, int exit, params string[] projects)
    {
        var tests = _folder.CreateSubdirectory("tests");
        File.Copy(Repository.PathOf("tests", "run.sh"), Path.Combine(tests.FullName, "run.sh"));
        var program = Path.Combine(_folder.FullName, "dotnet");
        var counters = string.Join('\n', results.Split(';', StringSplitOptions.RemoveEmptyEntries).Zip(projects)
            .Select(each =>
            {
                var (total, passed, skipped) =
                    each.First.Split(' ').Select(int.Parse).ToArray() is [var t, var p, var s] ? (t, p, s) : default;
                var failed = total - passed - skipped;
                var failure = failed > 0
                    ? Passed + "<UnitTestResult testName=\"Case.That_fails\" "
                        + "outcome=\"Failed\"><Output><TextMessages><Message>said</Message></TextMessages><ErrorInfo>"
                        + "<Message>expected &lt;a&gt;\nbut b</Message></ErrorInfo></Output></UnitTestResult>"
                    : "";
                return $"[[ $1 != *{each.Second}* ]] || printf '%s' '{failure}{Passed}{Silent}<ResultSummary "
                    + $"outcome=\"{(failed > 0 ? "Failed" : "Completed")}\"><Counters total=\"{total}\" "
                    + $"passed=\"{passed}\" failed=\"{failed}\" />' >\"$trx\"";
            }));
        await File.WriteAllTextAsync(
            program,
            "#!/usr/bin/env bash\nfor word; do case \"$before\" in -result-trx) trx=\"$word\" ;; esac; "
            + $"before=\"$word\"; done\n{counters}\nexit {exit}\n",
            Token);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("bash", [Path.Combine(tests.FullName, "run.sh"), .. projects])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment["PATH"] = $"{_folder.FullName}:{start.Environment["PATH"]}";
        start.Environment.Remove("TEST_RESULTS");
        using var run = Process.Start(start)!;
        var errors = run.StandardError.ReadToEndAsync(Token);
        var output = await run.StandardOutput.ReadToEndAsync(Token);
        await errors;
        await run.WaitForExitAsync(Token);
        return (run.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
