using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos;

/// <summary>All cases.</summary>
public static class ChaosMatrix
{
    /// <summary>
    /// The cases of a scenario: each accident at its moments. A scenario that is not exhaustive takes its share of a
    /// cover in which every accident meets every phase in one of the scenarios.
    /// </summary>
    public static IReadOnlyList<ChaosCase> Accidents(ChaosScenario scenario)
    {
        var possible = AccidentCatalogue.All.Where(a =>
            a.Kind == AccidentKind.ObjectStorage == scenario.Road.SnapshotsInS3).OrderBy(a => DealingOrder.Of(a.Id));
        return scenario.IsExhaustive
            ? [.. possible.SelectMany(accident => ChaosMoments.Of(accident, scenario.Goal).Select(
                moment => Case(scenario, accident, moment)))]
            : [.. possible.SelectMany(accident => ChaosMoments.OfPhases(accident, scenario.Goal)
                .Select(moment => Case(scenario, accident, moment))).Where((_, index) => Falls(scenario, index))];
    }

    /// <summary>The operator killed before and after each write and act of the undisturbed run.</summary>
    public static IReadOnlyList<ChaosCase> Kills(ChaosScenario scenario, GoldenRun golden) =>
        [.. golden.Points.Select(
            point => new ChaosCase(scenario, Kill, point.ToString()) { Kill = point, Plan = golden.Plan })];

    /// <summary>
    /// The cases in their order: first the kills, then each accident at three moments of the exhaustive scenarios, then
    /// the cover of the other scenarios, then the rest. Each part is shuffled, so that its first cases are always a
    /// fair sample. Kills of one scenario share runs; they are far enough apart for each successor to resume its work
    /// before it is killed. Accidents share runs by the rules of <see cref="SharedRuns"/>.
    /// </summary>
    /// <param name="cases">All cases, kills in the order of their acts.</param>
    /// <param name="isOpen">Selects the cases to run; null for all.</param>
    public static IReadOnlyList<IReadOnlyList<ChaosCase>> Runs(
        IReadOnlyCollection<ChaosCase> cases, Func<ChaosCase, bool>? isOpen = null)
    {
        var open = cases.Where(c => isOpen?.Invoke(c) ?? true).ToHashSet();
        var all = Shuffled(cases.Where(c => c.Strike is not null));
        var first = all.Where(c => c.Scenario.IsExhaustive).GroupBy(c => c.What)
            .SelectMany(accident => accident.OrderBy(open.Contains).Take(FirstMoments)).ToHashSet();
        var accidents = all.Where(open.Contains).ToList();
        var kills = cases.Where(c => c.Kill is not null && open.Contains(c)).GroupBy(c => c.Scenario)
            .SelectMany(Chains);
        return
        [
            .. Shuffled(kills),
            .. Shuffled(SharedRuns.Of(accidents.Where(first.Contains))),
            .. Shuffled(SharedRuns.Of(accidents.Where(c => !c.Scenario.IsExhaustive))),
            .. Shuffled(SharedRuns.Of(accidents.Where(c => c.Scenario.IsExhaustive && !first.Contains(c)))),
        ];
    }

    private const int Seed = 20261120;
    private const int FirstMoments = 3;
    private const string Kill = "kill";
    private const int KillDistance = 24;
    private const int KillsOfARun = 12;

    private static T[] Shuffled<T>(IEnumerable<T> all)
    {
        var shuffled = all.ToArray();
        new Random(Seed).Shuffle(shuffled);
        return shuffled;
    }

    // Every n-th point goes into the same run. The few points that an earlier command left are far apart anyway.
    private static IEnumerable<IReadOnlyList<ChaosCase>> Chains(IEnumerable<ChaosCase> kills)
    {
        var all = kills.ToList();
        var distance = Math.Min(KillDistance, (all.Count + KillsOfARun - 1) / KillsOfARun);
        return all.Select((kill, index) => (kill, index)).GroupBy(k => k.index % distance)
            .Select(chain => chain.Select(k => k.kill).ToList());
    }

    private static bool Falls(ChaosScenario scenario, int index)
    {
        // Four hosts cost several times as much as one.
        var shares = ChaosScenario.All.Where(s => !s.IsExhaustive && s.Goal == scenario.Goal)
            .SelectMany(s => Enumerable.Repeat(s, s.Road.Nodes(1) == 1 ? 5 : 1)).ToList();
        return shares[index % shares.Count] == scenario;
    }

    private static ChaosCase Case(ChaosScenario scenario, IAccident accident, AccidentMoment moment) =>
        new(scenario, accident.Id, moment.Id) { Strike = new AccidentStrike(accident, moment) };
}
