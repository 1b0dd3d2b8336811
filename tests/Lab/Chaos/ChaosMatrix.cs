using Drydock.Lab.Accidents;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Chaos;

/// <summary>Every case there is.</summary>
public static class ChaosMatrix
{
    /// <summary>
    /// The cases of a scenario: each accident at its moments. A scenario that is not exhaustive takes its share of a cover in which every accident meets
    /// every one of its moments in one of them.
    /// </summary>
    public static IReadOnlyList<ChaosCase> Accidents(ChaosScenario scenario)
    {
        var possible = AccidentCatalogue.All.Where(a => a.Kind == AccidentKind.ObjectStorage == scenario.Road.SnapshotsInS3);
        var all = possible.SelectMany(accident => ChaosMoments.Of(accident, scenario.Goal).Select(moment => Case(scenario, accident, moment)));
        return [.. scenario.IsExhaustive ? all : all.Where((_, index) => Falls(scenario, index))];
    }

    /// <summary>The operator killed before and after each write and act of the undisturbed run.</summary>
    public static IReadOnlyList<ChaosCase> Kills(ChaosScenario scenario, GoldenRun golden) =>
    [
        .. golden.Points.Select(point => new ChaosCase(
            scenario,
            Kill,
            FormattableString.Invariant($"{(point.Side == FaultSide.Before ? "before" : "after")}-act-{point.Number}"),
            async (runner, token) => await runner.KillAsync(scenario, point.Number, point.Side, token))),
    ];

    /// <summary>
    /// The same cases in the order in which they are run, the same every time: three moments of each accident of the exhaustive scenarios first, then all
    /// others; each part shuffled, so that any beginning of it is a fair sample.
    /// </summary>
    public static IReadOnlyList<ChaosCase> Spread(IEnumerable<ChaosCase> cases)
    {
        var spread = cases.ToArray();
        new Random(Seed).Shuffle(spread);
        var first = spread.Where(c => c.Scenario.IsExhaustive && c.What != Kill).GroupBy(c => (c.Scenario, c.What)).SelectMany(accident => accident.Take(FirstMoments)).ToHashSet();
        return [.. spread.OrderBy(c => first.Contains(c) ? 0 : 1)];
    }

    private const int Seed = 20261120;
    private const int FirstMoments = 3;
    private const string Kill = "kill";

    private static bool Falls(ChaosScenario scenario, int index)
    {
        var shares = ChaosScenario.All.Where(s => !s.IsExhaustive && s.Goal == scenario.Goal).ToList();
        return index % shares.Count == shares.IndexOf(scenario);
    }

    private static ChaosCase Case(ChaosScenario scenario, IAccident accident, AccidentMoment moment) =>
        new(scenario, accident.Id, moment.Id, async (runner, token) => await runner.AccidentAsync(scenario, accident, moment, token));
}
