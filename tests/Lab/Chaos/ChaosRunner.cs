using Drydock.Lab.Accidents;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Chaos;

/// <summary>Runs cases one after the other on one stage; keeps the undisturbed run of each scenario.</summary>
/// <param name="stage">A stage with fault proxies; small disks if disks are to be filled.</param>
public sealed class ChaosRunner(UpgradeStage stage)
{
    private readonly Dictionary<(string Road, UpgradeGoal Goal), GoldenRun> _golden = [];

    /// <summary>How long run-once commands take, so that something can happen during them.</summary>
    public static OmsKnobs Knobs { get; } = new() { JarSeconds = 1.5, InitSeconds = 2 };

    /// <summary>The undisturbed run of a scenario; made when it is first asked for.</summary>
    public async Task<GoldenRun> GoldenAsync(UpgradeRoad road, UpgradeGoal goal, CancellationToken cancellationToken)
    {
        if (!_golden.TryGetValue((road.Id, goal), out var golden))
        {
            await UseAsync(road, cancellationToken);
            _golden[(road.Id, goal)] = golden = await new KillCampaign(stage, goal).GoldenAsync(cancellationToken);
        }

        return golden;
    }

    /// <summary>Kills the operator and its successors at one or more points of one run.</summary>
    public async Task<KillOutcome> KillAsync(ChaosScenario scenario, IReadOnlyCollection<KillPoint> points, CancellationToken cancellationToken)
    {
        var golden = await GoldenAsync(scenario.Road, scenario.Goal, cancellationToken);
        await UseAsync(scenario.Road, cancellationToken);
        return await new KillCampaign(stage, scenario.Goal).KillAsync(points, golden, cancellationToken);
    }

    internal async Task<ChaosOutcome> AccidentAsync(ChaosScenario scenario, IAccident accident, AccidentMoment moment, CancellationToken cancellationToken)
    {
        var golden = await GoldenAsync(scenario.Road, scenario.Goal, cancellationToken);
        var back = scenario.Goal == UpgradeGoal.Upgrade ? await GoldenAsync(scenario.Road, UpgradeGoal.Rollback, cancellationToken) : null;
        await UseAsync(scenario.Road, cancellationToken);
        var campaign = new AccidentCampaign(stage, scenario.Goal) { Operator = new LabOperatorOptions { LeaderElection = accident.Kind == AccidentKind.Operator } };
        var outcome = await campaign.RunAsync(accident, moment, golden, back, cancellationToken: cancellationToken);
        var way = string.Join(" → ", [.. outcome.Stalled, .. outcome.Mended ? ["mended"] : Array.Empty<string>(), outcome.Way]);
        return new ChaosOutcome(outcome.Struck, way, outcome.Difference) { Said = outcome.Said };
    }

    private async Task UseAsync(UpgradeRoad road, CancellationToken cancellationToken)
    {
        var slow = road with { Scenario = options => road.Scenario(options) with { Knobs = Knobs } };
        if (stage.Road.Id != road.Id || stage.Oms.Options.Knobs != Knobs)
        {
            await stage.UseAsync(slow, cancellationToken);
        }
    }
}
