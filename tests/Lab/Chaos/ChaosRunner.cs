using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos;

/// <summary>Runs cases one after the other on one stage and keeps the undisturbed run of each scenario.</summary>
/// <param name="stage">A stage with fault proxies, and with small disks if disks are to be filled.</param>
public sealed class ChaosRunner(UpgradeStage stage)
{
    private readonly Dictionary<(string Road, UpgradeGoal Goal), GoldenRun> _golden = [];

    /// <summary>Durations of run-once commands, so that an accident can strike during them.</summary>
    public static OmsKnobs Knobs { get; } = new() { JarSeconds = 1.5, InitSeconds = 2 };

    /// <summary>The undisturbed run of a scenario; the first call runs it.</summary>
    public async Task<GoldenRun> GoldenAsync(UpgradeRoad road, UpgradeGoal goal, CancellationToken cancellationToken)
    {
        if (!_golden.TryGetValue((road.Id, goal), out var golden))
        {
            await UseAsync(road, cancellationToken);
            _golden[(road.Id, goal)] = golden = await new KillCampaign(stage, goal).GoldenAsync(cancellationToken);
        }

        return golden;
    }

    /// <summary>Runs the cases of one run (<see cref="ChaosMatrix.Runs"/>) and reads the outcome of each.</summary>
    /// <returns>The outcomes. A case of a shared run is missing if its moment never came because another case changed
    /// the course.</returns>
    public async Task<IReadOnlyDictionary<ChaosCase, ChaosOutcome>> RunAsync(
        IReadOnlyList<ChaosCase> run, CancellationToken cancellationToken)
    {
        var scenario = run[0].Scenario;
        var golden = await GoldenAsync(scenario.Road, scenario.Goal, cancellationToken);
        return run[0].Kill is null
            ? await StrikeAsync(run, golden, cancellationToken)
            : await KillAsync(run, golden, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<ChaosCase, ChaosOutcome>> KillAsync(
        IReadOnlyList<ChaosCase> run, GoldenRun golden, CancellationToken cancellationToken)
    {
        var scenario = run[0].Scenario;
        await UseAsync(scenario.Road, cancellationToken);
        var outcome = await new KillCampaign(stage, scenario.Goal).KillAsync(
            [.. run.Select(chaos => chaos.Kill!)], golden, cancellationToken);
        if (run.Count == 1)
        {
            return One(run[0], new ChaosOutcome(
                outcome.Struck.Count > 0, outcome.Struck.Count > 0 ? "killed" : "not reached", outcome.Difference));
        }

        var way = string.Create(CultureInfo.InvariantCulture, $"one of {outcome.Struck.Count} kills of one run");
        return run.Where(chaos => outcome.Struck.Contains(chaos.Kill!))
            .ToDictionary(chaos => chaos, _ => new ChaosOutcome(true, way, outcome.Difference));
    }

    private async Task<IReadOnlyDictionary<ChaosCase, ChaosOutcome>> StrikeAsync(
        IReadOnlyList<ChaosCase> run, GoldenRun golden, CancellationToken cancellationToken)
    {
        var scenario = run[0].Scenario;
        var back = scenario.Goal == UpgradeGoal.Upgrade
            ? await GoldenAsync(scenario.Road, UpgradeGoal.Rollback, cancellationToken)
            : null;
        await UseAsync(scenario.Road, cancellationToken);
        var strikes = run.Select(chaos => chaos.Strike!).ToList();
        var campaign = new AccidentCampaign(stage, scenario.Goal)
        {
            Operator = new LabOperatorOptions
            {
                LeaderElection = strikes.Exists(strike => strike.Accident.Kind == AccidentKind.Operator)
            }
        };
        var outcomes = await campaign.RunAsync(strikes, golden, back, cancellationToken: cancellationToken);
        return outcomes.ToDictionary(
            outcome => run.Single(chaos => chaos.What == outcome.Accident && chaos.When == outcome.Moment),
            outcome => new ChaosOutcome(outcome.Struck, outcome.Course, outcome.Difference) { Said = outcome.Said });
    }

    private static Dictionary<ChaosCase, ChaosOutcome> One(ChaosCase chaos, ChaosOutcome outcome) =>
        new() { [chaos] = outcome };

    private async Task UseAsync(UpgradeRoad road, CancellationToken cancellationToken)
    {
        var slow = road with { Scenario = options => road.Scenario(options) with { Knobs = Knobs } };
        if (stage.Road.Id != road.Id || stage.Oms.Options.Knobs != Knobs)
        {
            await stage.UseAsync(slow, cancellationToken);
        }
    }
}
