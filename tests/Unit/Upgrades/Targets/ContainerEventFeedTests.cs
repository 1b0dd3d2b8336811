using System.Runtime.CompilerServices;
using Docker.DotNet.Models;
using Drydock.Clients.Docker;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class ContainerEventFeedTests
{
    [Theory]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(OverflowException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task Feed_continues_after_hostile_event(Type failure)
    {
        var time = new ManualTimeProvider();
        using var seen = new SemaphoreSlim(0);
        var stream = new Stream((Exception)Activator.CreateInstance(failure)!);
        var feed = new ContainerEventFeed(stream, () => seen.Release(), time, NullLogger.Instance);
        await seen.WaitAsync(TestContext.Current.CancellationToken);

        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(2));
        await seen.WaitAsync(TestContext.Current.CancellationToken);

        stream.Opened.ShouldBe(2);
        await feed.DisposeAsync();
    }

    // Its first stream of events breaks, its second gives an event and is then silent.
    private sealed class Stream(Exception first) : IDockerClient, ISystemOperations
    {
        public int Opened { get; private set; }

        public string EndpointName => "e";

        public IContainerOperations Containers => throw new NotSupportedException();

        public IExecOperations Exec => throw new NotSupportedException();

        public IImageOperations Images => throw new NotSupportedException();

        public ISystemOperations System => this;

        public async IAsyncEnumerable<Message> MonitorEventsAsync(
            IReadOnlyDictionary<string, IReadOnlyList<string>> filters,
            DateTimeOffset? since = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            if (++Opened == 1)
            {
                throw first;
            }

            yield return new Message();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
