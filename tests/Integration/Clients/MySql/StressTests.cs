using System.Diagnostics;
using Drydock.Lab;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.MySql;

public sealed class StressTests
{
    [Fact]
    public async Task Hostile_servers_under_short_timeouts_cause_no_crash_or_leak()
    {
        var token = TestContext.Current.CancellationToken;

        // Its standard input stays open, as a terminal's would: who reads from it never returns.
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[typeof(MySqlStress).Assembly.Location, "mysql-stress", "--minutes", "0", "--opens", "300", "--seed", "1"])
        {
            start.ArgumentList.Add(argument);
        }

        // A process of its own: a crash of the native library is a failed test, not the end of all tests.
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var error = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        process.ExitCode.ShouldBe(0, await output + await error);
        (await output).ShouldContain("done: 300 opens");
    }
}
