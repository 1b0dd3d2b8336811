namespace Drydock.Tests.Unit.Databases;

public sealed class DrainPaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 2, 0, 30, TimeSpan.Zero);

    [Theory]
    [InlineData(3400, 1000, 600, "1000 of 3400 leaders left, 4/s, expected to end at 2026-03-01 02:04Z.")]
    [InlineData(20, 10, 100, "10 of 20 leaders left, 6/min, expected to end at 2026-03-01 02:02Z.")]
    [InlineData(3400, 3000, 2, "3000 of 3400 leaders left.")]
    [InlineData(3400, 3400, 600, "3400 leaders left.")]
    [InlineData(10, 12, 600, "12 leaders left.")]
    [InlineData(10_000_000, 9_999_999, 86_400, "9999999 of 10000000 leaders left.")]
    public void Describe_has_start_rate_and_end_once_they_are_known(
        long before, long leaders, int seconds, string expected) =>
        new DrainPace().Describe(before, leaders, TimeSpan.FromSeconds(seconds), Now).ShouldBe(expected);

    [Fact]
    public void Text_changes_only_when_leaders_leave()
    {
        var pace = new DrainPace();
        var text = pace.Describe(100, 50, TimeSpan.FromSeconds(50), Now);
        pace.Describe(100, 50, TimeSpan.FromSeconds(90), Now.AddSeconds(40)).ShouldBe(text);
        pace.Describe(100, 49, TimeSpan.FromSeconds(92), Now.AddSeconds(42)).ShouldNotBe(text);
    }
}
