using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>All cases of the database upgrades and their shared runs.</summary>
public static class DatabaseChaosMatrix
{
    private const int KillsOfARun = 10;
    private const int Moments = 3;
    private const int Seed = 20261121;

    /// <summary>
    /// The accidents of a scenario. Those of hosts and database strike in three phases each. OmsUpgrade, on the same
    /// frame, covers those of operator and Kubernetes everywhere; here each of them strikes in one phase, a different
    /// one for each.
    /// </summary>
    /// <param name="sample">A cluster of the scenario, to know which accidents can happen there.</param>
    public static IReadOnlyList<DatabaseChaosCase> Accidents(DatabaseChaosScenario scenario, IDatabaseScenario sample)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return
        [
            .. DatabaseAccidents.All.Where(accident => accident.Fits(sample))
                .OrderBy(accident => DealingOrder.Of(accident.Id)).SelectMany((accident, index) =>
                {
                    var phases = accident.Phases ?? scenario.Phases;
                    var moments = accident.Kind is AccidentKind.Operator or AccidentKind.Kubernetes
                        ? 1
                        : Math.Min(Moments, phases.Count);
                    return Enumerable.Range(0, moments).Select(turn => phases[(index + turn) % phases.Count])
                        .Select(phase =>
                            new DatabaseChaosCase(scenario, accident.Id, "step-" + phase)
                            {
                                Accident = accident,
                                Step = phase
                            });
                }),
        ];
    }

    /// <summary>The operator killed when each step was announced and is about to act, and when each is done.</summary>
    public static IReadOnlyList<DatabaseChaosCase> Kills(DatabaseChaosScenario scenario, DatabaseGolden golden)
    {
        ArgumentNullException.ThrowIfNull(golden);
        return
        [
            .. golden.Steps.SelectMany(step => new[]
            {
                new DatabaseChaosCase(scenario, "kill", $"announced {step}") { Step = step },
                new DatabaseChaosCase(scenario, "kill", $"done {step}") { Step = step, OnceDone = true },
            }),
        ];
    }

    /// <summary>
    /// The cases in their order: first kills, far from each other, then accidents, one of each phase. Accidents with
    /// and without a repair do not share a run.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<DatabaseChaosCase>> Runs(
        IReadOnlyCollection<DatabaseChaosCase> cases, Func<DatabaseChaosCase, bool>? isOpen = null)
    {
        var open = cases.Where(c => isOpen?.Invoke(c) ?? true).ToList();
        var kills = open.Where(c => c.IsKill).GroupBy(c => c.Scenario).SelectMany(Chains).ToArray();
        var accidents = open.Where(c => !c.IsKill)
            .GroupBy(c => (c.Scenario, c.Accident!.Kind == AccidentKind.Operator, c.Accident.Fix is null))
            .SelectMany(Shared).ToArray();
        var random = new Random(Seed);
        random.Shuffle(kills);
        random.Shuffle(accidents);
        return [.. kills, .. accidents];
    }

    private static IEnumerable<IReadOnlyList<DatabaseChaosCase>> Chains(IEnumerable<DatabaseChaosCase> kills)
    {
        var all = kills.ToList();
        var distance = (all.Count + KillsOfARun - 1) / KillsOfARun;
        return all.Select((kill, index) => (kill, index)).GroupBy(k => k.index % distance)
            .Select(chain => chain.Select(k => k.kill).ToList());
    }

    private static IEnumerable<IReadOnlyList<DatabaseChaosCase>> Shared(IEnumerable<DatabaseChaosCase> alike)
    {
        var phases = alike.GroupBy(c => c.Scenario.Phases.ToList().IndexOf(c.Step)).OrderBy(phase => phase.Key)
            .Select(phase => phase.ToList()).ToList();
        return Enumerable.Range(0, phases.Max(phase => phase.Count))
            .Select(run => phases.Where(phase => phase.Count > run).Select(phase => phase[run]).ToList());
    }
}
