namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// Universes in three zones, whose tablet servers are stopped zone by zone: quorum is proven by the masters
/// (YugabyteDB), or by the replicas of every tablet (BMDB, which cannot be asked).
/// </summary>
[Collection(Lanes.Databases)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ZoneUpgradeTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Zone_rolls_at_once_though_operator_is_killed(bool isBmdb)
    {
        var stage = await fixture.ResetAsync();
        var options = isBmdb ? YugabyteScenarioOptions.Bmdb : YugabyteScenarioOptions.Yugabyte;
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run,
            options with { Cluster = options.Cluster with { Name = isBmdb ? "zbm" : "zyb", Tservers = 6, Zones = 3 } },
            Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        var manifest = scenario.Manifest(space);
        manifest["spec"]!["yugabyte"]!["maxUnavailablePerZone"] = 2;

        var op = stage.StartOperator();
        await stage.ApplyAsync(manifest);
        foreach (var step in new[]
        {
            "UpgradeTServers/tserver-4/drain", "UpgradeTServers/tserver-2/swap", "UpgradeTServers/tserver-6/verify"
        })
        {
            await stage.WaitForAsync(
                space, scenario, u => State(u, step) is { } now && now != "Pending", cancellationToken: Token);
            await op.KillAsync();
            output.WriteLine($"killed at {step}");
            op = stage.StartOperator();
        }

        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();

        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Counts().Values.ShouldAllBe(starts => starts == 2);
        var state = scenario.Cluster.State();
        state.Masters.Concat(state.Tservers).ShouldAllBe(s => s.Version == scenario.ToVersion && s.Up);
        state.LeaderBlacklist.ShouldBeEmpty();
        foreach (var (
            one, other) in new[] { ("tserver-1", "tserver-4"), ("tserver-2", "tserver-5"), ("tserver-3", "tserver-6") })
        {
            (At(done, one, "swap", "startedAt") < At(done, other, "verify", "finishedAt")
                && At(done, other, "swap", "startedAt") < At(done, one, "verify", "finishedAt"))
                .ShouldBeTrue($"{one} beside {other}");
        }

        At(done, "tserver-2", "swap", "startedAt")
            .ShouldBeGreaterThanOrEqualTo(At(done, "tserver-4", "verify", "finishedAt"));
        load.Total().Failed.ShouldBe(0, string.Join("; ", load.Total().Errors));
    }

    private static JsonNode Step(JsonNode upgrade, string id) =>
        upgrade.Steps().Single(s => s["id"]!.GetValue<string>() == id);

    private static string? State(JsonNode upgrade, string id) =>
        upgrade.Steps().SingleOrDefault(s => s["id"]!.GetValue<string>() == id)?["state"]?.GetValue<string>();

    private static DateTimeOffset At(JsonNode upgrade, string server, string verb, string field) =>
        Step(upgrade, $"UpgradeTServers/{server}/{verb}")[field]!.GetValue<DateTimeOffset>();
}
