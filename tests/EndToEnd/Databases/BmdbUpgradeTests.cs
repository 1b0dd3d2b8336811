using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>BMDB as its users upgrade it, on real hosts, by the operator as a process.</summary>
[Collection(Lanes.Databases)]
public sealed class BmdbUpgradeTests(DatabaseStageFixture fixture, ITestOutputHelper output)
{
    private const string From = "2.16.9.0-b67";
    private const string To = "2.18.4.0-b52";
    private const string Group = "repl_group1";
    private const string Password = "canary-sql-password";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BMDB_under_supervise_is_upgraded_and_replication_waits_for_peer()
    {
        var stage = await fixture.ResetAsync();
        var options = new YugabyteClusterOptions
        {
            Name = "bma",
            Naming = YugabyteNaming.Bmdb,
            Version = From,
            Control = YugabyteControl.Supervise,
            User = "bigmath",

            // By default a pause may take four minutes of real time, and a busy machine needs longer.
            Knobs = new() { WalRetentionSeconds = 7 * 24 * 3600, SqlPassword = Password },
        };
        var (own, peer) = await YugabyteCluster.StartPairAsync(
            stage.Run,
            options,
            options with
            {
                Name = "bmb",
                Masters = 1,
                Tservers = 1,
                ReplicationFactor = 1,
                Control = YugabyteControl.Scripts
            },
            Group,
            bothWays: true,
            Token);
        await using var atTheOtherEnd = peer;
        await using var scenario = await YugabyteScenario.OfAsync(
            stage.Run, own,
            new YugabyteScenarioOptions { Id = "bmdb-supervise", Cluster = own.Options, ToVersion = To });
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        var watches = scenario.Hosts.Select(host => new ArgumentWatch(host.ProcessId, environment: false)).ToList();
        await using var op = stage.StartOperator();
        await using var local = new ArgumentWatch(op.Process.Id);

        await stage.ApplyAsync(Replicating(scenario.Manifest(space), peer));
        var held = await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);

        held.Reason("Held").ShouldBe("PeerNotUpgraded");
        held["status"]!["pausedReplication"]!.AsArray().Count.ShouldBeGreaterThan(0);
        own.State().Masters.Concat(own.State().Tservers).ShouldAllBe(s => s.Version == To && s.Up && s.Starts == 2);
        (own.State().ReplicationEnabled[Group], peer.State().ReplicationEnabled[Group]).ShouldBe((false, false));

        var arguments = await Task.WhenAll(watches.Select(watch => watch.EndAsync()));
        await UpgradeByHandAsync(peer);
        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();

        (own.State().ReplicationEnabled[Group], peer.State().ReplicationEnabled[Group]).ShouldBe((true, true));
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        own.State().CatalogUpgradedTo.ShouldBe(To);
        done["status"]!["actionRequired"]?.AsArray().ShouldBeEmpty();
        NobodyNoticed(load, done);
        await NobodySawSecretsAsync(stage, space, scenario, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["command lines on the hosts"] = string.Join('\n', arguments),
            ["command lines and environments of the operator's children"] = await local.EndAsync(),
            ["log"] = op.Log,
            ["status"] = held.ToJsonString() + done.ToJsonString(),
        });
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Aborted_BMDB_upgrade_restores_leaders_and_resumes_by_retry()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await YugabyteScenario.StartAsync(stage.Run, YugabyteScenarioOptions.Bmdb, Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var load = await DatabaseLoad.StartAsync(scenario, cancellationToken: Token);
        await using var op = stage.StartOperator();

        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("UpgradeTServers/tserver-2/swap");
        await stage.ApplyAsync(manifest);
        var held = await stage.WaitForAsync(space, scenario, u => u.IsHeld(), cancellationToken: Token);
        held.Plan()!["notes"]!.AsArray().Select(n => n!.GetValue<string>())
            .ShouldContain(n => n.StartsWith("No rollback from UpgradeMasters/1/swap", StringComparison.Ordinal));
        scenario.Cluster.State().LeaderBlacklist.ShouldBe(["tserver-2"]);

        await stage.AnnotateAsync(space, scenario.Name, "drydock.dev/abort=1");
        var aborted = await stage.WaitForAsync(
            space, scenario, u => u.Reason("Failed") == "Aborted" && !Actions(u).Contains("LeaderBlacklisted"),
            cancellationToken: Token);
        scenario.Cluster.State().LeaderBlacklist.ShouldBeEmpty();
        aborted.Message().ShouldContain("BMDB does not support a downgrade");

        await stage.PatchAsync(space, scenario.Name, """{"spec":{"desiredState":"RolledBack"}}""");
        var refused = await stage.WaitForAsync(
            space, scenario, u => u.Reason("Stalled") == "RollbackUnavailable", cancellationToken: Token);
        refused.Message().ShouldContain("BMDB does not support a downgrade");

        await stage.PatchAsync(space, scenario.Name, """{"spec":{"desiredState":"Upgraded","holdBefore":null}}""");
        await stage.AnnotateAsync(space, scenario.Name, $"drydock.dev/retry={refused.RetryWord()}");
        var done = await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await load.EndAsync();

        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Counts().Values.ShouldAllBe(starts => starts == 2);
        NobodyNoticed(load, done);
    }

    // Of what anybody with an account on a database host could see, or could read of the operator.
    private static async Task NobodySawSecretsAsync(
        DatabaseStage stage, string space, YugabyteScenario scenario, Dictionary<string, string> said)
    {
        said["command lines on the hosts"].ShouldContain(
            "bsqlsh", Case.Sensitive, "the watch must see what runs there");
        said["events"] = await stage.ControlPlane.KubectlAsync(
            ["-n", space, "get", "events", "-o", "yaml"], cancellationToken: Token);
        said["what the cluster was asked"] = string.Join('\n', scenario.Directory.Record());
        var key = scenario.Hosts[0].KeyPem.Split('\n')[1];
        said.Where(place => place.Value.Contains(Password, StringComparison.Ordinal)
            || place.Value.Contains(key, StringComparison.Ordinal)).Select(place => place.Key).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Actions(JsonNode upgrade) =>
        [.. (upgrade["status"]?["actionRequired"]?.AsArray() ?? []).Select(a => a!["reason"]!.GetValue<string>())];

    private static JsonObject Replicating(JsonObject manifest, YugabyteCluster peer)
    {
        manifest["spec"]!["yugabyte"]!["replication"] = new JsonObject
        {
            ["mode"] = "PauseBothSides",
            ["groups"] = new JsonArray(new JsonObject
            {
                ["name"] = Group,
                ["peer"] = new JsonObject
                {
                    ["masters"] = new JsonArray([.. peer.Masters.Select(m => (JsonNode)m.RpcAddress)]),
                    ["webAddresses"] = new JsonArray([.. peer.Servers.Select(s => (JsonNode)s.WebAddress)]),
                },
            }),
        };
        return manifest;
    }

    private static async Task UpgradeByHandAsync(YugabyteCluster cluster)
    {
        await cluster.InstallAsync(To, cancellationToken: Token);
        foreach (var server in cluster.Servers)
        {
            await cluster.StopAsync(server, Token);
            await cluster.StartAsync(server, To, Token);
        }

        // The masters have just been restarted; replication resumes only to a target that is final.
        await Deadline.UntilAsync(
            "the promotion", async _ => (await cluster.AdminAsync(To, ["promote_auto_flags"], Token)).ExitCode == 0,
            cancellationToken: Token);
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
