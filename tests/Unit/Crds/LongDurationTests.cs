using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Crds;

public sealed class LongDurationTests
{
    [Theory]
    [InlineData("999999h999999h999999h999999h999999h")]
    [InlineData("99999999d99999999d99999999d")]
    [InlineData("9999d9999d9999d9999d")]
    public void Duration_above_the_longest_is_read_as_the_longest(string text) =>
        KubernetesDuration.Parse(text).ShouldBe(KubernetesDuration.Longest);

    [Theory]
    [InlineData(-3, 0)]
    [InlineData(60, 49)]
    [InlineData(36_500, 49)]
    [InlineData(12, 12)]
    public void Span_of_a_timer_is_clamped(int days, int expected) =>
        Timers.Clamp(TimeSpan.FromDays(days)).ShouldBe(TimeSpan.FromDays(expected));

    [Fact]
    public void Infinite_timer_span_is_not_clamped() =>
        Timers.Clamp(Timeout.InfiniteTimeSpan).ShouldBe(Timeout.InfiniteTimeSpan);
}
