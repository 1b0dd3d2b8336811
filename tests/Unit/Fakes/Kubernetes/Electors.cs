using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.Extensions.Logging;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Contenders for the one Lease of the tests.</summary>
internal static class Electors
{
    /// <summary>A lease of 15 s, given up after 10 s without a renewal, by the clock of the test. The package does not
    /// know that clock: it makes an attempt every 5 ms.</summary>
    public static LeaderElectionOptions Options(string identity) => new()
    {
        LeaseName = "operator",
        Namespace = "ops",
        Identity = identity,
        LeaseDuration = TimeSpan.FromSeconds(15),
        RenewDeadline = TimeSpan.FromSeconds(10),
        RetryPeriod = TimeSpan.FromMilliseconds(5),
        WatchdogInterval = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>One that contends once it is run. The server knows it by its identity.</summary>
    public static LeaderElector Of(
        LeaseServer api, TimeProvider time, LeaderElectionOptions options, ILoggerFactory? loggers = null) =>
        new(api.Connect(options.Identity), options, time, loggers ?? NullLoggerFactory.Instance);
}

/// <summary>A contender that runs.</summary>
internal sealed class Candidate : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public Candidate(LeaderElector elector, Task? work = null, bool ignoreTerm = false)
    {
        Elector = elector;
        Running = elector.RunAsync(
            async term =>
            {
                Terms++;
                Leading.TrySetResult(term);
                if (!ignoreTerm)
                {
                    await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                await (work ?? Task.CompletedTask);
            },
            _stop.Token);
    }

    public LeaderElector Elector { get; }

    public Task Running { get; }

    public int Terms { get; private set; }

    public TaskCompletionSource<CancellationToken> Leading { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running.Bounded();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Running.IsCompleted)
        {
            await StopAsync();
        }

        Elector.Dispose();
        _stop.Dispose();
    }
}
