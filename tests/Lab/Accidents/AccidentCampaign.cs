using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>
/// Lets one accident strike at one moment of a run and does what a person would: waits, mends, retries, and at last goes back. A run is good if it ends
/// golden: at its goal with the golden end state (and, if nobody had to do anything, the golden counts), or rolled back with the golden end of a rollback.
/// </summary>
/// <param name="stage">A stage with fault proxies, its road set.</param>
/// <param name="goal">What is under way when the accident strikes.</param>
public sealed class AccidentCampaign(UpgradeStage stage, UpgradeGoal goal = UpgradeGoal.Upgrade)
{
    private readonly UpgradeCourse _course = new(stage, goal);

    /// <summary>How long a run that is neither over nor stalled is left alone before a person mends what does not mend itself.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long it may take from mending to an end or the next stop.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How many new retry tokens a person gives before going back.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>What the operator is told.</summary>
    public LabOperatorOptions Operator { get; init; } = new() { LeaderElection = false };

    /// <summary>Changes the manifest before it is applied.</summary>
    public Action<JsonObject>? Change { get; init; }

    /// <summary>Runs undisturbed.</summary>
    public Task<GoldenRun> GoldenAsync(CancellationToken cancellationToken = default) => Course().GoldenAsync(Operator, cancellationToken);

    /// <summary>Runs with the accident.</summary>
    /// <param name="accident">What happens.</param>
    /// <param name="moment">When.</param>
    /// <param name="golden">The undisturbed run.</param>
    /// <param name="back">The undisturbed rollback, for runs that only a way back ends; null makes those bad.</param>
    /// <param name="node">The host it happens to.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<AccidentOutcome> RunAsync(IAccident accident, AccidentMoment moment, GoldenRun golden, GoldenRun? back = null, int node = 0, CancellationToken cancellationToken = default)
    {
        var course = Course();
        await stage.ResetAsync(cancellationToken);
        await stage.StartOperator(Operator).WaitUntilReadyAsync(cancellationToken);
        var space = await course.PrepareAsync(cancellationToken);
        var scene = new AccidentScene(stage, space, UpgradeCourse.Name, node);
        await using var absent = accident.Toll == AccidentToll.Nothing ? null : new AbsentUpgrade(stage, space);
        using var armed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            scene.Faults.Ledger.Reset();
            var struck = await moment.ArmAsync(scene, () => accident.StrikeAsync(scene, cancellationToken), armed.Token);
            await course.BeginAsync(space, cancellationToken);
            if (absent is not null)
            {
                return await GoneAsync(new Run(accident, moment, scene, course, struck), absent, golden, cancellationToken);
            }

            return await EndAsync(new Run(accident, moment, scene, course, struck), golden, back, cancellationToken);
        }
        finally
        {
            await armed.CancelAsync();
            stage.Faults?.Reset();
            await accident.MendAsync(scene, cancellationToken);

            // Last: what mends a dead operator starts another one.
            await stage.EndOperatorsAsync();
        }
    }

    private UpgradeCourse Course() => new(stage, goal) { Change = Change };

    private async Task<AccidentOutcome> GoneAsync(Run run, AbsentUpgrade absent, GoldenRun golden, CancellationToken cancellationToken)
    {
        var over = run.Course.OverAsync(run.Scene.Space, cancellationToken);
        if (await Task.WhenAny(run.Struck, over) != run.Struck)
        {
            await over;
            return run.Outcome([], mended: false, _course.EndPhase, await run.Course.DifferenceAsync(run.Scene.Space, golden));
        }

        await run.Struck;
        var (way, difference) = await absent.EndAsync(run.Accident.Toll, run.Course, golden, Patience, cancellationToken);
        return run.Outcome([], mended: false, way, difference);
    }

    private async Task<AccidentOutcome> EndAsync(Run run, GoldenRun golden, GoldenRun? back, CancellationToken cancellationToken)
    {
        var stops = new List<string>();
        var seen = await StopAsync(run, struckFirst: true, run.Accident.Fix is null ? Patience : Wait, cancellationToken);
        if (seen is not null && run.Course.IsOver(seen))
        {
            return run.Outcome(stops, mended: false, _course.EndPhase, await run.Course.DifferenceAsync(run.Scene.Space, golden, starts: run.Accident.Kind is not (AccidentKind.DockerHost or AccidentKind.Oms)));
        }

        Note(run, stops, seen);
        await run.Accident.MendAsync(run.Scene, cancellationToken);
        for (var retry = 0; retry <= Retries; retry++)
        {
            await LeaveStallAsync(run, cancellationToken);
            seen = await StopAsync(run, struckFirst: false, Patience, cancellationToken);
            if (seen is not null && run.Course.IsOver(seen))
            {
                return run.Outcome(stops, mended: true, _course.EndPhase, await run.Course.DifferenceAsync(run.Scene.Space, golden, counts: false));
            }

            Note(run, stops, seen);
            if (retry < Retries)
            {
                await RetryAsync(run.Scene, retry, cancellationToken);
            }
        }

        return await BackAsync(run, stops, back, cancellationToken);
    }

    private async Task<AccidentOutcome> BackAsync(Run run, List<string> stops, GoldenRun? back, CancellationToken cancellationToken)
    {
        if (back is null || goal == UpgradeGoal.Rollback)
        {
            return run.Outcome(stops, mended: true, "stuck", $"stuck: {string.Join(", ", stops)}");
        }

        var way = new UpgradeCourse(stage, UpgradeGoal.Rollback);
        await way.RollBackAsync(run.Scene.Space);
        try
        {
            await way.OverAsync(run.Scene.Space, cancellationToken, Patience);
        }
        catch (LabException exception)
        {
            return run.Outcome(stops, mended: true, "stuck on the way back", exception.Message);
        }

        return run.Outcome(stops, mended: true, way.EndPhase, await way.DifferenceAsync(run.Scene.Space, back, counts: false));
    }

    // Until the run is over or stalled; null when it goes on and on. Before the strike a stop is none of the accident's.
    private async Task<JsonNode?> StopAsync(Run run, bool struckFirst, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (struckFirst)
        {
            await Task.WhenAny(run.Struck, run.Course.OverAsync(run.Scene.Space, limit.Token));
        }

        try
        {
            return await stage.WaitForAsync(run.Scene.Space, x => run.Course.IsOver(x) || IsStalled(x), patience, UpgradeCourse.Name, limit.Token);
        }
        catch (LabException)
        {
            return null; // neither over nor stalled: it still tries
        }
        finally
        {
            await limit.CancelAsync();
        }
    }

    // A repair or a token is noticed after a moment; what stalls on needs the next one.
    private async Task LeaveStallAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            await stage.WaitForAsync(run.Scene.Space, x => !IsStalled(x), Wait, UpgradeCourse.Name, cancellationToken);
        }
        catch (LabException)
        {
            return;
        }
    }

    private static bool IsStalled(JsonNode upgrade) => Stalled(upgrade) is not null;

    private static string? Stalled(JsonNode upgrade) =>
        upgrade["status"]?["conditions"]?.AsArray().FirstOrDefault(x => x!["type"]!.GetValue<string>() == "Stalled" && x["status"]!.GetValue<string>() == "True")?["reason"]?.GetValue<string>();

    private static void Note(Run run, List<string> stops, JsonNode? seen)
    {
        stops.Add(seen is null ? "still trying" : $"{seen["status"]?["phase"]}/{Stalled(seen)}");
        run.Said.Add(seen?["status"]?["message"]?.GetValue<string>() ?? "");
    }

    private static Task<string> RetryAsync(AccidentScene scene, int retry, CancellationToken cancellationToken) => scene.Stage.ControlPlane.KubectlAsync(
        ["-n", scene.Space, "annotate", "--overwrite", "omsupgrades.drydock.dev", scene.Upgrade, string.Create(CultureInfo.InvariantCulture, $"drydock.dev/retry=lab-{retry}")], cancellationToken: cancellationToken);

    private sealed record Run(IAccident Accident, AccidentMoment Moment, AccidentScene Scene, UpgradeCourse Course, Task Struck)
    {
        public List<string> Said { get; } = [];

        public AccidentOutcome Outcome(IReadOnlyList<string> stops, bool mended, string way, string? difference) =>
            new(Accident.Id, Moment.Id, Struck.IsCompletedSuccessfully, stops, mended, way, difference) { Said = Said };
    }
}
