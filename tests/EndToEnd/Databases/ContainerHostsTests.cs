using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// Hosts that are containers, reached by exec of a real engine over TLS, by the operator as a process.
/// </summary>
[Collection(Lanes.Databases)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ContainerHostsTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Supervised as root by what runs in the container; looked at as the database's own account.</summary>
    [Fact]
    public Task YugabyteDB_containers_under_systemd_are_upgraded_without_client_errors() =>
        UpgradeAsync(YugabyteScenarioOptions.Yugabyte, "ybc");

    /// <summary>What a killed operator has started by exec goes on.</summary>
    [Fact]
    public Task BMDB_container_processes_are_upgraded_by_repeatedly_killed_operator() =>
        UpgradeAsync(
            YugabyteScenarioOptions.Bmdb, "bmc", "PreparePackage/prove-admin-tool", "UpgradeMasters/2/swap",
            "UpgradeTServers/tserver-2/swap");

    private async Task UpgradeAsync(YugabyteScenarioOptions options, string name, params string[] kills)
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run, options with { Cluster = options.Cluster with { Name = name, Containers = true } }, Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);

        var op = stage.StartOperator();
        await stage.ApplyAsync(scenario.Manifest(space));
        foreach (var step in kills)
        {
            await stage.WaitForAsync(space, scenario, u => u.Steps().Any(s => s["id"]!.GetValue<string>() == step
                && s["state"]!.GetValue<string>() is not "Pending"), cancellationToken: Token);
            await op.KillAsync();
            op = stage.StartOperator();
        }

        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();
        await op.DisposeAsync();

        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Counts().Values.ShouldAllBe(starts => starts == 2);
        YugabyteState state = scenario.Cluster.State();
        state.Masters.Concat(state.Tservers).ShouldAllBe(s => s.Version == scenario.ToVersion && s.Up);
        foreach (var phase in load.PerPhase(done))
        {
            output.WriteLine(phase.ToString());
        }

        load.Total().Failed.ShouldBe(0, string.Join("; ", load.Total().Errors));
    }
}
