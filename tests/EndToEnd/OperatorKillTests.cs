namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A seeded sample of what <c>make chaos</c> covers whole: the operator is killed again and again, before or after its
/// writes and acts.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class OperatorKillTests(StageFixture fixture, ITestOutputHelper output)
{
    private const int Runs = 2;
    private const int Kills = 12;

    [Fact]
    public async Task Operator_killed_at_any_write_reaches_state_of_undisturbed_run()
    {
        var stage = await fixture.ResetAsync();
        var campaign = new KillCampaign(stage);
        var golden = await campaign.GoldenAsync(TestContext.Current.CancellationToken);
        golden.Counts["PUNISHED"].ShouldBe(0);
        var outcomes = new List<KillOutcome>();
        foreach (var distances in Choose(golden))
        {
            var outcome = await campaign.KillAsync(distances, golden, TestContext.Current.CancellationToken);
            output.WriteLine($"{(outcome.IsGood ? "good" : "BAD")} {string.Join("; ", outcome.Struck)}");
            outcomes.Add(outcome);
        }

        outcomes.Where(o => !o.IsGood).Select(o => $"{string.Join("; ", o.Struck)}: {o.Difference}").ShouldBeEmpty();
        outcomes.Sum(o => o.Struck.Count)
            .ShouldBeGreaterThanOrEqualTo(Runs * Kills * 3 / 4, "most of the kills must really have come");
    }

    // Each run is killed all the way along, at other moments than the run before, at the same distances every time: a
    // random seed would hide a failure from the next one.
    private static IEnumerable<IReadOnlyList<KillDistance>> Choose(GoldenRun golden)
    {
        var random = new Random(422);
        var farthest = 2 * golden.Acts.Count / Kills;
        for (var run = 0; run < Runs; run++)
        {
            yield return [.. Enumerable.Range(0, Kills).Select(_ => new KillDistance(
                random.Next(1, farthest), random.Next(2) == 0 ? FaultSide.Before : FaultSide.After))];
        }
    }
}
