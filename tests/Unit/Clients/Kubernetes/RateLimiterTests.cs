using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class RateLimiterTests
{
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
