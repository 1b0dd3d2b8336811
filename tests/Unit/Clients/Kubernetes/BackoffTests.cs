using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Tests.Unit.Fakes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class BackoffTests
{
    [Fact]
    public void Pauses_stay_between_their_bounds_for_any_number_of_failures() =>
        Prop.ForAll<int, int>((failures, seed) =>
    {
        var options = new BackoffOptions
        {
            First = TimeSpan.FromSeconds(1),
            Max = TimeSpan.FromSeconds(60),
            Jitter = 0.3,
        };
        var full = Math.Min(60, Math.Pow(2, Math.Abs((long)failures)));
        var pause = new Backoff(options, new Random(seed)).Delay(
            (int)Math.Min(Math.Abs((long)failures), int.MaxValue)).TotalSeconds;
        return pause <= full + 1e-6 && pause >= (full * 0.7) - 1e-6;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_contenders_do_not_pause_alike()
    {
        var backoff = new Backoff(new BackoffOptions());

        Enumerable.Range(0, 50).Select(_ => backoff.Delay(3)).Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Rate_limiter_allows_burst_then_average_rate()
    {
        var time = new ManualTimeProvider();
        var limiter = new RateLimiter(perSecond: 10, burst: 3, time);

        Burst();
        limiter.Wait.ShouldBe(TimeSpan.FromMilliseconds(100));
        limiter.IsFull.ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(100));
        limiter.Wait.ShouldBe(TimeSpan.Zero);
        time.Advance(TimeSpan.FromSeconds(10));
        limiter.IsFull.ShouldBeTrue();
        Burst();

        void Burst()
        {
            for (var i = 0; i < 3; i++)
            {
                limiter.Wait.ShouldBe(TimeSpan.Zero);
                limiter.Take();
            }
        }
    }
}
