using Drydock.Lab.Chaos;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A seeded sample of what <c>make chaos</c> covers whole: accidents on an upgrade and on its way back.
/// </summary>
[Collection(Lanes.Accidents)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class AccidentTests(StageFixture fixture, ITestOutputHelper output)
{
    private const int Accidents = 2;

    // Those that end by themselves or by one repair within seconds; what waits for a timeout belongs to make chaos.
    private static readonly string[] Quick =
        [
            "metadb-restart", "metadb-disk-full", "metadb-charset-default", "metadb-cut-mid-restore", "dockerd-kill",
            "dump-truncated", "status-written-cut", "status-409", "watch-events-dropped", "operator-sigkill",
            "token-expired"
        ];

    [Fact]
    public async Task Upgrade_with_accidents_ends_like_undisturbed_run()
    {
        var scenario = ChaosScenario.All.Single(s => s is { Road.Id: "ee-322-422", Goal: UpgradeGoal.Upgrade });
        await RunAsync(
            ChaosMatrix.Runs(ChaosMatrix.Accidents(scenario)).SelectMany(run => run).Where(IsQuick).Take(Accidents));
    }

    [Fact]
    public async Task Rollback_with_accident_ends_like_undisturbed_run()
    {
        var scenario = ChaosScenario.All.Single(s => s is { Road.Id: "ee-322-422", Goal: UpgradeGoal.Rollback });
        await RunAsync(ChaosMatrix.Runs(ChaosMatrix.Accidents(scenario)).SelectMany(run => run).Where(IsQuick).Take(1));
    }

    [Fact]
    public async Task Operator_hanging_past_its_lease_exits_and_successor_finishes()
    {
        var scenario = ChaosScenario.All.Single(s => s is { Road.Id: "ee-322-422", Goal: UpgradeGoal.Upgrade });
        await RunAsync(ChaosMatrix.Accidents(scenario).Where(c => c.What == "operator-lease-lost").Take(1));
    }

    [Theory]
    [InlineData("answers-hostile", "step-StopOld")]
    [InlineData("storage-hung", "step-Backup")]
    [InlineData("status-put-back", "step-Backup")]
    [InlineData("status-put-back", "step-EnableHA")]
    [InlineData("etcd-restored", "step-StopOld")]
    [InlineData("etcd-restored", "during-init-start")]
    [InlineData("etcd-restored-git-later", "step-EnableHA")]
    public async Task Upgrade_with_accident_at_a_moment_ends_like_undisturbed_run(string accident, string moment)
    {
        var scenario = ChaosScenario.All.Single(s => s is { Road.Id: "ee-322-422", Goal: UpgradeGoal.Upgrade });
        await RunAsync([ChaosMatrix.Accidents(scenario).Single(c => c.What == accident && c.When == moment)]);
    }

    [Theory]
    [InlineData("etcd-restored", "step-RestoreDatabases")]
    [InlineData("etcd-restored-git-later", "step-RestoreDatabases")]
    [InlineData("status-put-back", "step-StartOld")]
    public async Task Rollback_with_accident_at_a_moment_ends_like_undisturbed_run(string accident, string moment)
    {
        var scenario = ChaosScenario.All.Single(s => s is { Road.Id: "ee-322-422", Goal: UpgradeGoal.Rollback });
        await RunAsync([ChaosMatrix.Accidents(scenario).Single(c => c.What == accident && c.When == moment)]);
    }

    private static bool IsQuick(ChaosCase chaos) => Quick.Contains(chaos.What, StringComparer.Ordinal);

    private async Task RunAsync(IEnumerable<ChaosCase> cases)
    {
        var runner = await fixture.ChaosAsync();
        var bad = new List<string>();
        foreach (var chaos in cases)
        {
            var outcome = (await runner.RunAsync([chaos], TestContext.Current.CancellationToken))[chaos];
            output.WriteLine($"{(outcome.IsGood ? "good" : "BAD")} {chaos.Id}: {outcome.Way}");
            if (!outcome.IsGood)
            {
                bad.Add($"{chaos.Id}: {outcome.Way}\n{outcome.Difference}");
            }
        }

        bad.ShouldBeEmpty();
    }
}
