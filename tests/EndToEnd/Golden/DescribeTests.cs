namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>What <c>kubectl describe</c> of the current kubectl shows of the golden run, Events included.</summary>
[Collection(Lanes.Upgrades)]
public sealed class DescribeTests(StageFixture fixture)
{
    [Fact]
    public async Task Finished_upgrade_of_two_nodes_is_read_on_some_pages()
    {
        var golden = await fixture.RecordingAsync();

        Check(golden.Answers["describe of succeeded"], golden.Succeeded, 450, runs: 1);
        Check(golden.Answers["describe of rolled back"], golden.Back, 500, runs: 2);
    }

    private static void Check(string described, JsonNode upgrade, int most, int runs)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(described);
        var (entity, events) = (described[..described.IndexOf("\nEvents:", StringComparison.Ordinal)],
            described[described.IndexOf("\nEvents:", StringComparison.Ordinal)..]);
        events.Trim().Split('\n').Length.ShouldBeLessThanOrEqualTo(3 + (20 * runs), "20 a run, below a head");
        Described.Rows(described).ShouldBeLessThanOrEqualTo(most);
        Described.Rows(upgrade).ShouldBeGreaterThanOrEqualTo(Described.Rows(entity));
    }
}
