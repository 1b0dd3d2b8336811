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
        var all = AccidentCatalogue.All.SelectMany(accident => ChaosMoments.Of(accident, scenario.Goal).Select(moment => Case(scenario, accident, moment)));
        return [.. scenario.IsExhaustive ? all : all.Where((_, index) => Falls(scenario, index))];
    }

    /// <summary>The operator killed before and after each write and act of the undisturbed run.</summary>
    public static IReadOnlyList<ChaosCase> Kills(ChaosScenario scenario, GoldenRun golden) =>
    [
        .. golden.Points.Select(point => new ChaosCase(
            scenario,
            "kill",
            FormattableString.Invariant($"{(point.Side == FaultSide.Before ? "before" : "after")}-act-{point.Number}"),
            async (runner, token) => await runner.KillAsync(scenario, point.Number, point.Side, token))),
    ];

    /// <summary>The same cases in an order in which any beginning is a fair sample; the same order every time.</summary>
    public static IReadOnlyList<ChaosCase> Spread(IEnumerable<ChaosCase> cases)
    {
        var spread = cases.ToArray();
        new Random(Seed).Shuffle(spread);
        return spread;
    }

    private const int Seed = 20261120;

    private static bool Falls(ChaosScenario scenario, int index)
    {
        var shares = ChaosScenario.All.Where(s => !s.IsExhaustive && s.Goal == scenario.Goal).ToList();
        return index % shares.Count == shares.IndexOf(scenario);
    }

    private static ChaosCase Case(ChaosScenario scenario, IAccident accident, AccidentMoment moment) =>
        new(scenario, accident.Id, moment.Id, async (runner, token) => await runner.AccidentAsync(scenario, accident, moment, token));
}
