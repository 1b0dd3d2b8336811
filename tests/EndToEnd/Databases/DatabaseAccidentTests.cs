using Drydock.Lab.Chaos.Databases;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// A seeded sample of what <c>make chaos</c> covers whole: accidents on hosts and of the processes while a database is
/// upgraded.
/// </summary>
[Collection(Lanes.Databases)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DatabaseAccidentTests(ITestOutputHelper output)
{
    [Fact]
    public Task BMDB_upgrade_with_accidents_finishes_and_repeats_nothing() =>
        RunAsync(
            DatabaseChaosScenario.Bmdb, ("ssh-connections-broken", "PreparePackage"),
            ("answers-fail", "UpgradeMasters"), ("status-written-cut", "UpgradeTServers"));

    [Fact]
    public Task BMDB_upgrade_whose_status_is_put_back_finishes_and_repeats_nothing() =>
        RunAsync(
            DatabaseChaosScenario.Bmdb, ("etcd-restored", "UpgradeMasters"), ("status-put-back", "UpgradeTServers"));

    private async Task RunAsync(DatabaseChaosScenario scenario, params (string Accident, string Phase)[] strikes)
    {
        await using var stage = await DatabaseStage.StartAsync(
            new DatabaseStageOptions
            {
                Checkout = Repository.Root,
                OperatorAssembly = Repository.OperatorAssembly,
                Faults = true
            },
            cancellationToken: TestContext.Current.CancellationToken);
        var run = strikes.Select(strike => new DatabaseChaosCase(scenario, strike.Accident, "step-" + strike.Phase)
        {
            Accident = DatabaseAccidents.Of(strike.Accident),
            Step = strike.Phase
        }).ToList();

        var outcomes = await new DatabaseChaosRunner(stage) { ComparesWithGolden = false }.RunAsync(
            run, TestContext.Current.CancellationToken);

        foreach (var (chaos, outcome) in outcomes)
        {
            output.WriteLine(
                $"{(outcome.IsGood ? "good" : "BAD")} {chaos}: {outcome.Way} {string.Join(" / ", outcome.Said)}");
        }

        outcomes.Values.Select(outcome => outcome.Difference).ShouldAllBe(difference => difference == null);
        outcomes.Count.ShouldBe(strikes.Length, "every moment must have come");
    }
}
