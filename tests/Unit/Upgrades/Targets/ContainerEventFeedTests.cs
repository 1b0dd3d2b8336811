namespace Drydock.Tests.Unit.Upgrades;

public sealed class ContainerEventFeedTests
{
    // The first stream of events is hostile, the second gives an event and is then silent.
    [Theory]
    [InlineData("an event")]
    [InlineData("""{"Type":"container","Action":"start","timeNano":1e99}""")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Feed_continues_after_hostile_event(string first)
    {
        var time = new ManualTimeProvider();
        using var seen = new SemaphoreSlim(0);
        var opened = 0;
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            if (++opened == 1)
            {
                await exchange.ReplyLinesAsync(first);
                return;
            }

            await exchange.BeginLinesAsync("""{"Type":"container","Action":"start"}""");
            await Task.Delay(Timeout.Infinite, exchange.Stop);
        });
        await using var docker = engine.Client();
        var feed = new ContainerEventFeed(docker, () => seen.Release(), time, NullLogger.Instance);
        await seen.WaitAsync(TestContext.Current.CancellationToken);

        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(2));
        await seen.WaitAsync(TestContext.Current.CancellationToken);

        opened.ShouldBe(2);
        await feed.DisposeAsync();
    }
}
