using System.Net;
using Drydock.Lab.Databases;
using Drydock.Lab.Databases.TiDb;
using Drydock.Tests.EndToEnd.Golden;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>TiDB 2.1 to 3.0 as its users upgrade it, on real hosts, by the operator as a process.</summary>
[Collection(Lanes.TiDb)]
public sealed class TiDbUpgradeTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private const int Kills = 5;

    // For twelve processes on three hosts.
    private const int MostCommands = 180;
    private const string Drainer = "drainer-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task TiDB_on_three_hosts_is_upgraded_without_client_errors()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(stage.Run, Named("tia"), Token);
        var priorities = scenario.Cluster.Truth().LeaderPriorities;
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        await using var op = stage.StartOperator();

        await stage.ApplyAsync(scenario.Manifest(space));
        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();

        await IsUpgradedAsync(scenario, priorities);
        (await SshCost.OfAsync(scenario.Hosts, Token)).Commands.ShouldBeLessThanOrEqualTo(MostCommands);

        // PD kept the max-merge-region-size 0 of 2.1.
        Actions(done).ShouldBe(["ScheduleLimits", "ReviewDashboards"]);
        done["status"]!["instances"]!.AsArray()
            .ShouldAllBe(i => i!["version"]!.GetValue<string>() == scenario.ToVersion);
        NobodyNoticed(load, done);
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task TiDB_with_busy_scheduling_and_5000_leaders_a_store_is_upgraded()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(stage.Run, new TiDbScenarioOptions
        {
            Cluster = Named("tiy").Cluster with { BusyRegions = 40, MisplacedRegions = 3, LeadersPerStore = 5000 }
        }, Token);
        var priorities = scenario.Cluster.Truth().LeaderPriorities;
        (await PdAsync(scenario, "/operators")).AsArray().Count.ShouldBe(43);
        (await PdAsync(scenario, "/regions/check/pending-peer"))["count"]!.GetValue<int>().ShouldBe(40);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        await using var op = stage.StartOperator();

        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("UpgradeTiKV", "UpgradePump");
        await stage.ApplyAsync(manifest);
        await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);
        await WaitsForOperatorAsync(stage, space, scenario);
        await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);
        await WaitsForDrainerAsync(stage, space, scenario);

        var done = await stage.WaitForAsync(
            space, scenario, u => u.IsOver("Succeeded") || u.IsStalled(), cancellationToken: Token);
        await load.EndAsync();

        done.Phase().ShouldBe("Succeeded", done.Message());
        await IsUpgradedAsync(scenario, priorities, except: Drainer);
        var schedule = await PdAsync(scenario, "/config/schedule");
        (schedule["region-schedule-limit"]!.GetValue<int>(), schedule["replica-schedule-limit"]!.GetValue<int>())
            .ShouldBe((4, 16));
        NobodyNoticed(load, done);
    }

    // An operator of before does not end: tikv/tikv#8967.
    private static async Task WaitsForOperatorAsync(DatabaseStage stage, string space, TiDbScenario scenario)
    {
        await scenario.Directory.SetFaultsAsync(
            [new StandinFault { Id = "slow snapshot", Process = "pd", On = "operator", Do = "hang", Times = -1 }],
            Token);
        var (status, body) = await scenario.Cluster.HttpAsync(
            scenario.Cluster.Instance("pd-1"), HttpMethod.Post, "/pd/api/v1/operators",
            """{"name":"add-peer","region_id":1001,"store_id":3}""", Token);
        status.ShouldBe(HttpStatusCode.OK, body);
        await stage.PatchAsync(space, scenario.Name, """{"spec":{"holdBefore":["UpgradePump"]}}""");
        var waiting = await stage.WaitForAsync(
            space, scenario,
            u => u.Message().Contains("tikv/tikv#8967", StringComparison.Ordinal)
                || HasBegun(u, "UpgradeTiKV/tikv-1/drain"),
            cancellationToken: Token);
        waiting.Message().ShouldContain("Waiting until PD has changed replicas or Regions (admin-add-peer");
        scenario.Cluster.Truth().Versions["tikv-1"].ShouldBe(scenario.Cluster.Options.Version);
        scenario.Cluster.Truth().Schedule["replica-schedule-limit"].ShouldBe("0");
        await scenario.Directory.ClearFaultsAsync(Token);
    }

    // Killed, it stays registered as online, and a pump that starts would end of it.
    private static async Task WaitsForDrainerAsync(DatabaseStage stage, string space, TiDbScenario scenario)
    {
        await scenario.Directory.SetFaultsAsync(
            [new StandinFault { Id = "dead drainer", Process = Drainer, On = "start", Do = "hang", Times = -1 }],
            Token);
        await scenario.KillAsync(Drainer, Token);
        await stage.PatchAsync(space, scenario.Name, """{"spec":{"holdBefore":null}}""");
        var waiting = await stage.WaitForAsync(
            space, scenario,
            u => u.Message().Contains("update-drainer", StringComparison.Ordinal)
                || scenario.Cluster.Truth().Starts["pump-1"] > 1,
            cancellationToken: Token);
        waiting.Message().ShouldContain("-cmd update-drainer -node-id");
        (scenario.Cluster.Truth().Starts["pump-1"], scenario.Cluster.Truth().Starts["pump-2"]).ShouldBe((1, 1));
        await scenario.Directory.ClearFaultsAsync(Token);
        await scenario.KillAsync(Drainer, Token);
    }

    [Fact]
    public async Task TiDB_upgrade_by_repeatedly_killed_operator_starts_no_process_twice()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(stage.Run, Named("tik"), Token);
        var priorities = scenario.Cluster.Truth().LeaderPriorities;
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
        await op.StopAsync();

        await IsUpgradedAsync(scenario, priorities);
        NobodyNoticed(load, done);
        await RoleBook.AssertNeededAsync(
            stage.ControlPlane,
            [.. stage.ControlPlane.AuditedRequests().Where(r => r.User == GoldenRecording.Account)],
            right => right.Resource.StartsWith(RoleBook.DatabaseUpgrades, StringComparison.Ordinal),
            Token);
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Aborted_TiDB_upgrade_restores_leaders_and_resumes_by_retry()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(stage.Run, Named("tib"), Token);
        var priorities = scenario.Cluster.Truth().LeaderPriorities;
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        await using var op = stage.StartOperator();

        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("UpgradeTiKV/tikv-2/swap");
        await stage.ApplyAsync(manifest);
        await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);
        scenario.Cluster.Truth().EvictedStores.Count.ShouldBe(1);

        await stage.AnnotateAsync(space, scenario.Name, "drydock.dev/abort=1");
        var aborted = await stage.WaitForAsync(
            space, scenario, u => u.Reason("Failed") == "Aborted" && !Subjects(u).Contains("tikv-2"),
            cancellationToken: Token);
        scenario.Cluster.Truth().EvictedStores.ShouldBeEmpty();

        await stage.PatchAsync(space, scenario.Name, """{"spec":{"holdBefore":null}}""");
        await stage.AnnotateAsync(space, scenario.Name, $"drydock.dev/retry={aborted.RetryWord()}");
        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();

        await IsUpgradedAsync(scenario, priorities);
        NobodyNoticed(load, done);
    }

    private static bool HasBegun(JsonNode upgrade, string step) =>
        upgrade.Steps().Any(s => s["id"]!.GetValue<string>() == step && s["state"]!.GetValue<string>() != "Pending");

    // Any PD passes it on to the leader.
    private static async Task<JsonNode> PdAsync(TiDbScenario scenario, string path)
    {
        var (status, body) = await scenario.Cluster.HttpAsync(
            scenario.Cluster.Instance("pd-1"), HttpMethod.Get, $"/pd/api/v1{path}", cancellationToken: Token);
        status.ShouldBe(HttpStatusCode.OK, body);
        return JsonNode.Parse(body)!;
    }

    // Names of hosts are used once in a run.
    private static TiDbScenarioOptions Named(string name) => new() { Cluster = new TiDbClusterOptions { Name = name } };

    private static IReadOnlyList<string> Actions(JsonNode upgrade) =>
        [.. Required(upgrade).Select(a => a!["reason"]!.GetValue<string>())];

    private static IReadOnlyList<string> Subjects(JsonNode upgrade) =>
        [.. Required(upgrade).Select(a => a!["subject"]!.GetValue<string>())];

    private static JsonArray Required(JsonNode upgrade) => upgrade["status"]?["actionRequired"]?.AsArray() ?? [];

    // Seeded: the same every time.
    private static IEnumerable<string> Choose(IReadOnlyList<string> steps)
    {
        var random = new Random(2130);
        var chosen = Enumerable.Range(0, steps.Count).OrderBy(_ => random.Next()).Take(Kills).Order();
        return [.. chosen.Select(i => steps[i])];
    }

    private static async Task IsUpgradedAsync(
        TiDbScenario scenario, IReadOnlyDictionary<string, int> priorities, string? except = null)
    {
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Cluster.Truth().Starts.Where(s => s.Value != 2 && s.Key != except).ShouldBeEmpty();
        var truth = scenario.Cluster.Truth();
        truth.Versions.Values.ShouldAllBe(version => version == scenario.ToVersion);
        truth.ClusterVersion.ShouldBe(scenario.ToVersion);
        truth.EvictedStores.ShouldBeEmpty();
        truth.LeaderPriorities.ShouldBe(priorities, ignoreOrder: true);
    }

    private void NobodyNoticed(DatabaseLoad load, JsonNode done)
    {
        foreach (var phase in load.PerPhase(done))
        {
            output.WriteLine(phase.ToString());
        }

        var total = load.Total();
        total.Ok.ShouldBeGreaterThan(100);
        total.Failed.ShouldBe(0, string.Join("; ", total.Errors));
    }
}
