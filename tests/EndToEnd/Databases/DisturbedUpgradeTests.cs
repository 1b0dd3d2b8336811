using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;
using Drydock.Lab.Hosts;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>Others act on the hosts while an upgrade runs, a universe breaks once it is final, and packages do not fit
/// the running universe.</summary>
[Collection(Lanes.Databases)]
public sealed class DisturbedUpgradeTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private const string Swapped = "tserver-1";
    private const string Refused = "tserver-3";
    private const string Watchdog = "/data/watchdog.sh";
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Watchdog_is_named_after_one_stop_and_dead_server_fails_final_look()
    {
        var stage = await fixture.ResetAsync();
        var options = YugabyteScenarioOptions.Bmdb;
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run, options with { Cluster = options.Cluster with { Name = "bmx" } }, Token);
        var space = await HoldAsync(stage, scenario, $"UpgradeTServers/{Swapped}/swap");
        await using var op = stage.StartOperator();
        await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);

        await StartWatchdogAsync(scenario);
        var failed = await ContinueAsync(stage, space, scenario, "Verify", u => u.IsStalled());
        failed.Reason("Stalled").ShouldBe("ProcessLivesOn", failed.Message());
        failed.Message().ShouldContain($"{Swapped} was stopped once, and another process of it was started again");
        failed.Message().ShouldContain(Watchdog, Case.Sensitive, "its parent is named");
        (await stage.SeenWithinAsync(space, scenario, u => !u.IsStalled(), Quiet, Token))
            .ShouldBeNull("it is not retried automatically");
        Stops(scenario).ShouldBe(1);
        scenario.Cluster.State().Server(Swapped).Version.ShouldBe(scenario.Cluster.Options.Version);
        scenario.Directory.Violations().Select(v => (v.What, v.Process))
            .ShouldBe([("RestartedForNothing", Swapped)], "the watchdog did that");
        scenario.Directory.ForgiveViolations();
        (await scenario.HostOf(Swapped).RunAsync($"pkill -f {Watchdog}", asRoot: true, Token)).OrThrow();

        var held = await RetryAsync(stage, space, scenario, failed, u => u.IsHeld() || u.IsStalled());
        held.IsHeld().ShouldBeTrue(held.Message());
        scenario.Cluster.State().CatalogUpgradedTo.ShouldBe(scenario.ToVersion);
        await scenario.KillAsync("tserver-2", Token);
        var broken = await ContinueAsync(stage, space, scenario, null, u => u.IsStalled() || u.IsOver());
        broken.Reason("Stalled").ShouldBe("ClusterUnhealthy", broken.Message());
        broken.Message().ShouldContain("tserver-2");
        ((bool?)broken["status"]!["rollback"]?["possible"]).ShouldNotBe(true);

        await scenario.ReviveAsync("tserver-2", Token);
        await SucceedsAsync(stage, space, scenario, broken);
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Edited_unit_stops_nothing_and_refused_heartbeats_keep_the_old_catalogue()
    {
        var stage = await fixture.ResetAsync();
        var options = YugabyteScenarioOptions.Yugabyte;
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run,
            options with
            {
                Cluster = options.Cluster with
                {
                    Name = "ybx",
                    Knobs = options.Cluster.Knobs with { RefusedHeartbeats = [Refused] }
                }
            },
            Token);
        var cluster = scenario.Cluster;
        var space = await HoldAsync(stage, scenario, $"UpgradeTServers/{Swapped}/swap");
        await using var op = stage.StartOperator();
        await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);

        var (server, unit) = (cluster.Server(Swapped), cluster.UnitOf(cluster.Server(Swapped)));
        await EditAsync(server.Host, unit, server.Link, cluster.FirstDirectory);
        var failed = await ContinueAsync(stage, space, scenario, null, u => u.IsStalled());
        failed.Reason("Stalled").ShouldBe("ControlMismatch", failed.Message());
        failed.Message().ShouldContain(
            $"ExecStart of {unit} on {server.Host.Address} is {cluster.FirstDirectory}/bin/yb-tserver, not below the "
            + $"link {server.Link}");
        Stops(scenario).ShouldBe(0);
        cluster.State().LeaderBlacklist.ShouldBeEmpty();
        await EditAsync(server.Host, unit, cluster.FirstDirectory, server.Link);

        var refused = await RetryAsync(stage, space, scenario, failed, u => u.IsStalled() || u.IsOver());
        refused.Reason("Stalled").ShouldBe("ClusterUnhealthy", refused.Message());
        refused.Message().ShouldContain("its heartbeats are refused");
        ((bool?)refused["status"]!["rollback"]?["possible"]).ShouldNotBe(true);
        cluster.State().CatalogUpgradedTo.ShouldBe(cluster.Options.Version);
        foreach (var master in cluster.Masters)
        {
            await cluster.SetFlagAsync(
                master, scenario.ToVersion, "master_enable_universe_uuid_heartbeat_check", "false", Token);
        }

        await SucceedsAsync(stage, space, scenario, refused);
        cluster.State().CatalogUpgradedTo.ShouldBe(scenario.ToVersion);
        scenario.Counts().Values.ShouldAllBe(starts => starts == 2);
    }

    [Fact]
    public async Task Package_that_lacks_a_migration_or_a_promoted_flag_stops_nothing()
    {
        var stage = await fixture.ResetAsync();
        var options = YugabyteScenarioOptions.Yugabyte with
        {
            Cluster = YugabyteScenarioOptions.Yugabyte.Cluster with { Name = "ybq", Version = "2.20.11.1-b2" }
        };
        await using var cluster = await YugabyteCluster.StartAsync(stage.Run, options.Cluster, Token);
        await using var op = stage.StartOperator();

        foreach (var (to, lacking) in new[]
        {
            ("2024.1.6.1-b2", "26645__yb_binary_upgrade_set_next_pg_enum_sortorder.sql"),
            ("2024.1.6.0-b53", "yb-tserver/xcluster_use_encoded_key_filter"),
        })
        {
            var scenario = await YugabyteScenario.OfAsync(stage.Run, cluster, options with { ToVersion = to });
            var space = await stage.NewNamespaceAsync(scenario);
            var manifest = scenario.Manifest(space);
            manifest["spec"]!["preflight"] =
                new JsonObject { ["acknowledge"] = new JsonArray("VersionPathUnsupported/ReleasedBefore") };
            await stage.ApplyAsync(manifest);
            // Checks run side by side: the message is of the one that failed first, status.active has all.
            var failed = await stage.WaitForAsync(
                space, scenario,
                u => (u.IsStalled() && Found(u).Contains(lacking, StringComparison.Ordinal)) || u.Steps().Any(
                    s => s["id"]!.GetValue<string>().Contains("/swap", StringComparison.Ordinal)
                        && s["state"]!.GetValue<string>() != "Pending"),
                cancellationToken: Token);

            Found(failed).ShouldContain(lacking);
            Found(failed).ShouldContain("Nothing was stopped.");
            scenario.Counts().Values.ShouldAllBe(starts => starts == 1);
            await stage.ControlPlane.KubectlAsync(
                ["-n", space, "delete", DatabaseStage.Resource, scenario.Name], cancellationToken: Token);
        }

        cluster.Directory.Violations().ShouldBeEmpty();
    }

    private static string Found(JsonNode upgrade) => upgrade["status"]!["active"]?.ToJsonString() ?? "";

    private static async Task<string> HoldAsync(DatabaseStage stage, YugabyteScenario scenario, string step)
    {
        var space = await stage.NewNamespaceAsync(scenario);
        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray(step);
        await stage.ApplyAsync(manifest);
        return space;
    }

    private static async Task<JsonNode> ContinueAsync(
        DatabaseStage stage, string space, YugabyteScenario scenario, string? holdBefore, Func<JsonNode, bool> wanted)
    {
        await stage.PatchAsync(space, scenario.Name, holdBefore is null
            ? """{"spec":{"holdBefore":null}}"""
            : $$$"""{"spec":{"holdBefore":["{{{holdBefore}}}"]}}""");
        return await stage.WaitForAsync(space, scenario, wanted, cancellationToken: Token);
    }

    private static async Task<JsonNode> RetryAsync(
        DatabaseStage stage, string space, YugabyteScenario scenario, JsonNode failed, Func<JsonNode, bool> wanted)
    {
        await stage.AnnotateAsync(space, scenario.Name, $"drydock.dev/retry={failed.RetryWord()}");
        await stage.WaitForAsync(space, scenario, u => !u.IsStalled(), cancellationToken: Token);
        return await stage.WaitForAsync(space, scenario, wanted, cancellationToken: Token);
    }

    private async Task SucceedsAsync(DatabaseStage stage, string space, YugabyteScenario scenario, JsonNode failed)
    {
        output.WriteLine(failed.Message());
        var done = await RetryAsync(stage, space, scenario, failed, u => u.IsStalled() || u.IsOver());
        done.IsOver().ShouldBeTrue(done.Message());
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Cluster.State().Tservers.ShouldAllBe(s => s.Version == scenario.ToVersion && s.Up);
    }

    private static int Stops(YugabyteScenario scenario) =>
        scenario.Directory.Record().Count(e => e.Process == Swapped && e.Event == "signal");

    // As people make them: whatever ends is started again at once.
    private static async Task StartWatchdogAsync(YugabyteScenario scenario)
    {
        var cluster = scenario.Cluster;
        var server = cluster.Server(Swapped);
        var command = string.Join(' ', cluster.CommandOf(server))
            .Replace("{directory}", cluster.FirstDirectory, StringComparison.Ordinal);
        // It needs less time to start the former program than a replacement leaves it.
        await server.Host.WriteFileAsync(
            Watchdog, $"while pid=$(pgrep -x {cluster.Naming.Tserver}); do while kill -0 \"$pid\" 2>/dev/null; do :; "
                + $"done; {command} >>{server.OutputFile} 2>&1; done\n");
        (await server.Host.RunAsync($"setsid sh {Watchdog} >/dev/null 2>&1 </dev/null &", ct: Token)).OrThrow();
    }

    private static async Task EditAsync(LabHost host, string unit, string from, string to) =>
        (await host.RunAsync(
            $"sed -i 's|ExecStart={from}/|ExecStart={to}/|' /etc/systemd/system/{unit} && systemctl daemon-reload",
            asRoot: true, Token)).OrThrow();
}
