namespace Drydock.Tests.Unit.Databases;

/// <summary>Clocks are compared by what is certain, so that a slow connection is no skew.</summary>
public sealed class ClockComparisonTests
{
    [Theory]
    [InlineData(0, 150, 400, 150, 100)]
    [InlineData(0, 150, 200, 150, null)]
    [InlineData(400, 0, 0, 0, 400)]
    public void Skew_is_what_the_intervals_prove(int a, int errorOfA, int b, int errorOfB, int? atLeast) =>
        ClockComparison.Largest([("h1", Reading(a, errorOfA)), ("h2", Reading(b, errorOfB))])?.AtLeast
            .ShouldBe(TimeSpan.FromMilliseconds(atLeast!.Value));

    [Fact]
    public void Overlapping_intervals_prove_no_skew() =>
        ClockComparison.Largest([("h1", Reading(0, 150)), ("h2", Reading(200, 150))]).ShouldBeNull();

    [Fact]
    public void Hosts_that_provably_differ_most_are_named()
    {
        var skew = ClockComparison.Largest([("h1", Reading(0, 5)), ("h2", Reading(900, 800)), ("h3", Reading(300, 5))])
            .ShouldNotBeNull();

        (skew.Behind, skew.Ahead, skew.AtLeast).ShouldBe(("h1", "h3", TimeSpan.FromMilliseconds(290)));
    }

    private static ClockReading Reading(int offset, int error) =>
        new(TimeSpan.FromMilliseconds(offset), TimeSpan.FromMilliseconds(error));
}
