using Drydock.Clients.MySql;
using Drydock.Lab.Databases;
using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// TiDB under supervise, whose processes are back the moment they end, with people who do not wait for the end of the
/// upgrade.
/// </summary>
[Collection(Lanes.TiDb)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TiDbSuperviseTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private const int LessThanAPass = 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DDL_is_reported_and_abort_leaves_no_store_without_leaders()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(
            stage.Run, Named("tis", TiDbSupervision.Supervise), Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        await using var op = stage.StartOperator();

        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("UpgradePD", "UpgradeTiKV/tikv-2/swap");
        await stage.ApplyAsync(manifest);
        var held = await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);
        held.Plan()!["notes"]!.AsArray().Select(n => n!.GetValue<string>())
            .ShouldContain(n => n.StartsWith("NO ROLLBACK from UpgradePD/", StringComparison.Ordinal));

        // Nothing acts now, so nothing but the watch can see it.
        await using (await BeginDdlAsync(scenario))
        {
            var reported = await stage.WaitForAsync(
                space, scenario, u => Says(u, "DDL appeared during the upgrade"), TimeSpan.FromSeconds(LessThanAPass),
                Token);
            output.WriteLine(reported.Message());
            await CancelDdlAsync(scenario);
        }

        await stage.WaitForAsync(
            space, scenario, u => u.IsHeld() && !Says(u, "DDL appeared", but: "plan"),
            TimeSpan.FromSeconds(LessThanAPass), Token);
        await stage.AnnotateAsync(space, scenario.Name, $"drydock.dev/approve={held.WordFor("UpgradePD")}");
        await stage.WaitForAsync(
            space, scenario,
            u => u.IsHeld() && u.Steps().Any(s => s["id"]!.GetValue<string>() == "UpgradeTiKV/tikv-2/drain"
                && s["state"]!.GetValue<string>() == "Succeeded"),
            cancellationToken: Token);
        scenario.Cluster.Truth().EvictedStores.ShouldBe([scenario.Cluster.Truth().Stores["tikv-2"].Id]);

        await stage.AnnotateAsync(space, scenario.Name, "drydock.dev/abort=1");
        await stage.WaitForAsync(
            space, scenario, u => u.Reason("Failed") == "Aborted" && !Says(u, "evict-leader-scheduler keeps leaders"),
            cancellationToken: Token);
        var given = scenario.Cluster.Truth();
        given.EvictedStores.ShouldBeEmpty();
        given.Schedule["leader-schedule-limit"].ShouldBe("4", "the schedule limits are given back too");
        given.Schedule["region-schedule-limit"].ShouldNotBe("0");

        await stage.PatchAsync(space, scenario.Name, """{"spec":{"desiredState":"RolledBack"}}""");
        var refused = await stage.WaitForAsync(
            space, scenario, u => u.Reason("Stalled") == "RollbackUnavailable", cancellationToken: Token);
        refused.Message().ShouldContain("rollback is not possible");

        await stage.PatchAsync(space, scenario.Name, """{"spec":{"desiredState":"Upgraded","holdBefore":null}}""");
        await stage.AnnotateAsync(space, scenario.Name, $"drydock.dev/retry={refused.RetryWord()}");
        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();

        await IsUpgradedAsync(scenario);
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        NobodyNoticed(load, done);
    }

    private static TiDbScenarioOptions Named(string name, TiDbSupervision supervision) => new()
    {
        Id = $"tidb-{name}",
        Cluster = new TiDbClusterOptions { Name = name, Supervision = supervision },
    };

    // Wherever users read it; the plan's guards keep what was broken and is no more.
    private static bool Says(JsonNode upgrade, string text, string? but = null) => upgrade["status"]!.AsObject()
        .Where(field => field.Key != but)
        .Any(field => field.Value?.ToJsonString().Contains(text, StringComparison.Ordinal) == true);

    private static async Task IsUpgradedAsync(TiDbScenario scenario)
    {
        var truth = scenario.Cluster.Truth();
        truth.Versions.Values.ShouldAllBe(version => version == scenario.ToVersion);

        // supervise starts a process that exits at its start, for instance because its port is not free yet, once a
        // second.
        scenario.Cluster.Instances.Where(i => truth.Starts[i.Name] is < 2 or > 4)
            .Select(i => $"{i.Name}: {truth.Starts[i.Name]}").ShouldBeEmpty();
        (truth.ClusterVersion, truth.EvictedStores.Count, truth.UnfinishedJobs).ShouldBe((scenario.ToVersion, 0, 0));
        (truth.Schedule["merge-schedule-limit"], truth.Schedule["replica-schedule-limit"]).ShouldBe(("8", "16"));
        (await scenario.Cluster.JsonAsync(scenario.Cluster.Instance("tidb-2"), "/info/all", Token))
            .GetProperty("is_all_server_version_consistent").GetBoolean().ShouldBeTrue();
    }

    // A statement that goes on until somebody cancels its job.
    private static async Task<IAsyncDisposable> BeginDdlAsync(TiDbScenario scenario)
    {
        var connection = await ConnectAsync(scenario, "tidb-1");
        await ExecuteAsync(connection, "CREATE TABLE test.long_one (a INT)");
        await scenario.Directory.SetFaultsAsync(
            [new StandinFault
            {
                Id = "long DDL",
                Process = "tidb-1",
                On = "ddl",
                Do = "delay",
                Delay = "10m",
                Times = 1
            }],
            Token);
        return new Statement(connection, ExecuteAsync(connection, "ALTER TABLE test.long_one ADD INDEX i (a)"));
    }

    private static async Task CancelDdlAsync(TiDbScenario scenario)
    {
        await using var session = await ConnectAsync(scenario, "tidb-2");
        var id = (await session.ScalarAsync("ADMIN SHOW DDL JOBS", Token)).ShouldNotBeNull();
        await ExecuteAsync(session, $"ADMIN CANCEL DDL JOBS {id}");
    }

    private static Task<MySqlSession> ConnectAsync(TiDbScenario scenario, string name)
    {
        var tidb = scenario.Cluster.Instance(name);
        return MySqlSession.OpenAsync(
            new MySqlOptions
            {
                Server = tidb.Host.Address,
                Port = tidb.Port,
                UserID = "root",
                Password = scenario.Cluster.Options.Users["root"],
                ConnectionTimeout = 5,
                CommandTimeout = 0,
            },
            Token);
    }

    private static Task<int> ExecuteAsync(MySqlSession session, string statement) =>
        session.ExecuteAsync(statement, Token);

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

    private sealed class Statement(MySqlSession session, Task work) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            // The cancelled statement says so.
            (await Should.ThrowAsync<MySqlSessionException>(() => work)).Number.ShouldBe(8214);
            await session.DisposeAsync();
        }
    }
}
