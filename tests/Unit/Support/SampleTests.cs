namespace Drydock.Tests.Unit.Support;

public sealed class SampleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Sample_run_takes_every_point_in_one_way(int ways)
    {
        foreach (var point in Enumerable.Range(1, 50))
        {
            Enumerable.Range(0, ways).Count(way => Sample.Takes(7, point, way, ways)).ShouldBe(1);
        }
    }

    [Fact]
    public void Consecutive_sample_runs_take_every_case()
    {
        foreach (var (point, way) in Enumerable.Range(1, 50).SelectMany(
            point => Enumerable.Range(0, 3).Select(way => (point, way))))
        {
            Enumerable.Range(41, 3).Count(turn => Sample.Takes(turn, point, way, 3)).ShouldBe(1);
        }
    }

    [Fact]
    public void Sample_all_takes_every_case()
    {
        var turn = Sample.TurnOf("all");

        Enumerable.Range(1, 50).ShouldAll(point => Sample.Takes(turn, point, 0, 4) && Sample.Takes(turn, point, 3, 4));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("-1")]
    [InlineData("1/3")]
    public void Unknown_sample_is_refused(string text) => Should.Throw<FormatException>(() => Sample.TurnOf(text));
}
