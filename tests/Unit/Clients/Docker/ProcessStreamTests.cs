using System.Diagnostics;
using System.IO.Pipes;
using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class ProcessStreamTests
{
    [Fact]
    public async Task Disposing_closes_the_pipes_of_the_child_at_once()
    {
        var process = Process.Start(
            new ProcessStartInfo("cat")
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
        var pipes = new[]
        {
            process.StandardInput.BaseStream, process.StandardOutput.BaseStream, process.StandardError.BaseStream
        }
            .Select(s => ((PipeStream)s).SafePipeHandle)
            .ToList();
        var stream = new ProcessStream(process);
        await stream.WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);

        await stream.DisposeAsync();

        pipes.ShouldAllBe(pipe => pipe.IsClosed);
    }
}
