using System.Globalization;
using Drydock.Lab;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>A seeded sample of what <c>make chaos</c> covers whole: the operator is killed before or after one of its writes or acts.</summary>
public sealed class KilledAnywhereTests(StageFixture fixture, ITestOutputHelper output)
{
    private const int Sample = 5;

    [Fact]
    public async Task Killed_at_any_write_or_act_the_end_state_and_the_counts_of_run_once_actions_are_those_of_the_undisturbed_run()
    {
        var stage = await fixture.ResetAsync();
        var campaign = new KillCampaign(stage);
        var golden = await campaign.GoldenAsync(TestContext.Current.CancellationToken);
        golden.Counts["PUNISHED"].ShouldBe(0);
        var outcomes = new List<KillOutcome>();
        foreach (var (number, side) in Choose(golden))
        {
            var outcome = await campaign.KillAtAsync(number, side, golden, TestContext.Current.CancellationToken);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(outcome.IsGood ? "good" : "BAD")} {outcome.Struck?.ToString() ?? $"{side} #{number}, not reached"}"));
            outcomes.Add(outcome);
        }

        outcomes.Where(o => !o.IsGood).Select(o => $"{o.Struck}: {o.Difference}").ShouldBeEmpty();
        outcomes.Count(o => o.Struck is not null).ShouldBeGreaterThanOrEqualTo(Sample - 1, "nearly every chosen point must really have been struck");
    }

    // Spread over the whole run, both sides, the same ones every time: a random offset would hide a failure from the next run.
    private static IEnumerable<(int Number, FaultSide Side)> Choose(GoldenRun golden)
    {
        var points = golden.Points.ToList();
        var random = new Random(422);
        for (var i = 0; i < Sample; i++)
        {
            var (from, to) = (points.Count * i / Sample, points.Count * (i + 1) / Sample);
            yield return points[random.Next(from, Math.Max(from + 1, to))];
        }
    }
}
