namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>YugabyteDB under systemd, from a version that has a way back, by the operator as a process.</summary>
[Collection(Lanes.Databases)]
public sealed class YugabyteUpgradeTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private const int Kills = 5;

    // For six processes on three hosts.
    private const int MostCommands = 110;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task YugabyteDB_upgrade_by_repeatedly_killed_operator_starts_no_process_twice()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await YugabyteScenario.StartAsync(stage.Run, Named("ybk"), Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);

        var op = stage.StartOperator();
        await stage.ApplyAsync(scenario.Manifest(space));
        var planned = await stage.WaitForAsync(space, scenario, u => u.Steps().Count > 0, cancellationToken: Token);
        foreach (var step in Choose([.. planned.Steps().Select(s => s["id"]!.GetValue<string>())]))
        {
            // Whatever of it is under way then: before the act, in the middle, or just done.
            await stage.WaitForAsync(space, scenario, u => u.Steps().Any(s => s["id"]!.GetValue<string>() == step
                && s["state"]!.GetValue<string>() is not "Pending"), cancellationToken: Token);
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
        (state.LeaderBlacklist.Count, state.CatalogUpgradedTo).ShouldBe((0, scenario.ToVersion));
        foreach (var phase in load.PerPhase(done))
        {
            output.WriteLine(phase.ToString());
        }

        load.Total().Failed.ShouldBe(0, string.Join("; ", load.Total().Errors));
    }

    [Fact]
    public async Task YugabyteDB_before_AutoFlags_promotion_is_rolled_back()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await YugabyteScenario.StartAsync(stage.Run, Named("ybr"), Token);
        var before = scenario.EndState();
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        await using var op = stage.StartOperator();

        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("PromoteAutoFlags");
        await stage.ApplyAsync(manifest);
        await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);
        scenario.Cluster.State().Tservers.ShouldAllBe(s => s.Version == scenario.ToVersion);
        (await SshCost.OfAsync(scenario.Hosts, Token)).Commands.ShouldBeLessThanOrEqualTo(MostCommands);

        await stage.PatchAsync(space, scenario.Name, """{"spec":{"desiredState":"RolledBack"}}""");
        var back = await stage.WaitForAsync(space, scenario, u => u.IsOver("RolledBack"), cancellationToken: Token);
        await load.EndAsync();

        back.Condition("RolledBack").ShouldBe("True");
        back.Condition("Ready").ShouldBe("True");
        scenario.EndState().ShouldBe(before);
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Counts().Values.ShouldAllBe(starts => starts == 3);
        load.Total().Failed.ShouldBe(0, string.Join("; ", load.Total().Errors));
    }

    [Theory]
    [InlineData(true, false, Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData(false, true, Traits = [SampleTrait.Name, SampleTrait.All])]
    public async Task YugabyteDB_with_tls_on_one_interface_is_upgraded(bool rpc, bool web)
    {
        var stage = await fixture.ResetAsync();
        var options = Named(rpc ? "ybt" : "ybw");
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run, options with { Cluster = options.Cluster with { Tls = rpc, WebTls = web } }, Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();

        await stage.ApplyAsync(scenario.Manifest(space));
        await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);

        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Cluster.State().Tservers.ShouldAllBe(s => s.Version == scenario.ToVersion && s.Up);
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task YugabyteDB_whose_PostgreSQL_does_not_start_is_upgraded_no_further()
    {
        var stage = await fixture.ResetAsync();
        var options = Named("ybp");
        await using var scenario = await YugabyteScenario.StartAsync(stage.Run, options with
        {
            Cluster = options.Cluster with { Knobs = options.Cluster.Knobs with { NoPostgresOf = options.ToVersion } }
        }, Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();

        await stage.ApplyAsync(scenario.Manifest(space));
        await stage.WaitForAsync(space, scenario, u => u.IsStalled() && u.Message().Contains(
            "not in the leader blacklist any more", StringComparison.Ordinal), cancellationToken: Token);

        var state = scenario.Cluster.State();
        state.Tservers.Count(s => s.Version == scenario.ToVersion).ShouldBe(1);
        state.LeaderBlacklist.ShouldBeEmpty();
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
    }

    // Names of hosts are used once in a run.
    private static YugabyteScenarioOptions Named(string name) =>
        YugabyteScenarioOptions.Yugabyte with
        {
            Cluster = YugabyteScenarioOptions.Yugabyte.Cluster with { Name = name }
        };

    // Seeded: the same every time.
    private static IEnumerable<string> Choose(IReadOnlyList<string> steps)
    {
        var random = new Random(2024);
        var chosen = Enumerable.Range(0, steps.Count).OrderBy(_ => random.Next()).Take(Kills).Order();
        return [.. chosen.Select(i => steps[i])];
    }
}
