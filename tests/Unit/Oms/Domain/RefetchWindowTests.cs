namespace Drydock.Tests.Unit.Oms;

public sealed class RefetchWindowTests
{
    private static readonly DateTimeOffset Stopped = new(2024, 3, 1, 2, 0, 0, TimeSpan.FromHours(8));

    [Theory]
    [InlineData(3600, 30, null, 90)] // the vendor's example: an hour and half an hour
    [InlineData(3601, 30, null, 91)]
    [InlineData(1, 0, null, 30)]
    [InlineData(60 * 40, 0, null, 40)]
    [InlineData(60 * 40, 0, 120, 120)]
    [InlineData(60 * 40, 0, 5, 40)]
    [InlineData(-600, 30, 0, 30)] // clocks differ
    public void Refetch_window_covers_outage_and_margin(
        int outageSeconds, int marginMinutes, int? former, int expected) =>
        RefetchWindow.Minutes(
            Stopped, Stopped.AddSeconds(outageSeconds).ToUniversalTime(), TimeSpan.FromMinutes(marginMinutes), former)
            .ShouldBe(expected);

    [Fact]
    public void Negative_margin_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(
            () => RefetchWindow.Minutes(Stopped, Stopped, TimeSpan.FromTicks(-1), null));

    [Fact]
    public void Longest_outage_does_not_overflow() =>
        RefetchWindow.Minutes(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, TimeSpan.MaxValue, null)
            .ShouldBe(int.MaxValue);
}
