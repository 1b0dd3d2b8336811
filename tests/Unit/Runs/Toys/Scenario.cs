using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>A random plan over toys with random behaviour, and how the operator is disturbed while it runs.</summary>
internal sealed record Scenario(
    IReadOnlyList<ScenarioStep> Steps,
    int Seed,
    IReadOnlyList<int> KillShares,
    IReadOnlyList<(int Write, WriteFault Fault)> Faults,
    int StaleReads,
    int SlowSeconds)
{
    public static Gen<Scenario> Any(int mostSteps = 8) =>
        from count in Gen.Choose(1, mostSteps)
        from steps in ScenarioStep.Any.ArrayOf(count)
        from seed in Gen.Choose(1, int.MaxValue - 1)
        from kills in Gen.Choose(0, 1000).ListOf()
        from faults in Gen.Zip(
            Gen.Choose(1, 40), Gen.Elements(WriteFault.Conflict, WriteFault.Refused, WriteFault.LostAnswer)).ListOf()
        from stale in Gen.Elements(0, 0, 3, 10)
        from slow in Gen.Elements(0, 0, 5, 30)
        select new Scenario(steps, seed, [.. kills.Take(4)], [.. faults.Take(6)], stale, slow);

    public PlanProgress Plan() => ToyPlans.Plan([.. Steps.Select((step, i) => step.ToStep(i))]);

    /// <summary>A simulation of it that nobody disturbs.</summary>
    public Simulation Undisturbed() => Prepare(new Simulation(Plan(), Seed));

    /// <summary>A simulation with all that happens to it.</summary>
    /// <param name="points">Kill points of the undisturbed run, over which the kills are spread.</param>
    public Simulation Disturbed(int points) => Prepare(new Simulation(Plan(), Seed + 1)
    {
        KillAt = [.. KillShares.Select(share => 1 + (share * points / 1000))],
        Faults = Faults.DistinctBy(f => f.Write).ToDictionary(f => f.Write, f => f.Fault),
        StaleReads = StaleReads,
    });

    /// <summary>Lets the toys of a simulation behave as the scenario says.</summary>
    public Simulation Prepare(Simulation simulation)
    {
        simulation.Slowness = TimeSpan.FromSeconds(SlowSeconds);
        for (var i = 0; i < Steps.Count; i++)
        {
            Steps[i].Prepare(simulation, i);
        }

        return simulation;
    }

    public override string ToString() =>
        $"seed {Seed}, kills {string.Join(' ', KillShares)}, faults {string.Join(' ', Faults)}, stale {StaleReads}, "
        + $"slow {SlowSeconds}\n{string.Join('\n', Steps)}";
}
