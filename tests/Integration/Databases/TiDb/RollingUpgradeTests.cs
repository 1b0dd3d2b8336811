using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>The whole way from 2.1.19 to 3.0.9, by hand, and what happens where the hand slips.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class RollingUpgradeTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TiDbSupervision.SystemdOldPd)]
    [InlineData(TiDbSupervision.Supervise)]
    public async Task Manual_TiDB_upgrade_causes_no_violation_or_failed_request(TiDbSupervision supervision)
    {
        await using var cluster = await TiDbCluster.StartAsync(await lab.RunAsync(), new TiDbClusterOptions
        {
            Name = "up" + supervision.ToString().ToLowerInvariant()[^4..],
            Supervision = supervision
        }, Token);
        var hand = new ByHand(cluster, await cluster.BringPackageAsync("3.0.9", Token));
        cluster.Truth().BootstrapVersion.ShouldBe(23);
        await using (await cluster.StartClientAsync(40, cancellationToken: Token))
        {
            await hand.UpgradeAsync();
            await cluster.WaitUntilAtRestAsync(Token);
        }

        cluster.Directory.Violations().ShouldBeEmpty();
        var truth = cluster.Truth();
        truth.Versions.Values.Distinct().ShouldBe(["3.0.9"]);
        truth.ClusterVersion.ShouldBe("3.0.9");
        truth.BootstrapVersion.ShouldBe(33);
        truth.EvictedStores.ShouldBeEmpty();
        // A paused pump exits, and its supervisor may start it once more before it is stopped. supervise starts a
        // process that exits at its start, for instance because its port is not free yet, once a second.
        var most = supervision == TiDbSupervision.Supervise ? 4 : 2;
        truth.Starts.Where(s => s.Value < 2
            || s.Value > (s.Key.StartsWith("pump-", StringComparison.Ordinal) ? most + 1 : most)).ShouldBeEmpty();
        truth.Schedule["region-schedule-limit"].ShouldBe("4", "etcd keeps what 2.1 had");
        truth.Schedule["store-balance-rate"].ShouldBe("15", "and gets what only 3.0 has");
        var seconds = cluster.Directory.Client();
        seconds.Sum(s => s.Failed).ShouldBe(0, string.Join("; ", seconds.SelectMany(s => s.Errors)));
        seconds.Sum(s => s.Ok).ShouldBeGreaterThan(40);
        seconds.Sum(s => s.Retried).ShouldBeGreaterThan(0, "connections break when their server ends");
        (await cluster.JsonAsync(cluster.Instance("tidb-2"), "/info/all", Token))
            .GetProperty("is_all_server_version_consistent").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Every_mistake_of_manual_upgrade_is_reported()
    {
        await using var cluster = await TiDbCluster.StartAsync(
            await lab.RunAsync(), new TiDbClusterOptions { Name = "slip", TimeFactor = 300 }, Token);
        var hand = new ByHand(cluster, await cluster.BringPackageAsync("3.0.9", Token));
        List<string> Words() => [.. cluster.Directory.Violations().Words()];

        // A TiKV before the PDs, and with its leaders.
        await hand.SwapAsync(cluster.Instance("tikv-1"));
        await cluster.UntilAsync("both to be noticed", _ => Words().Count > 1);
        Words().ShouldBe(["LeadersOnStoppedStore", "WrongOrder"], ignoreOrder: true);
        cluster.Directory.Violations().Single(v => v.What == "LeadersOnStoppedStore").Field("leaders").ShouldBe("120");
        await cluster.WaitUntilAtRestAsync(Token);
        cluster.Directory.ForgiveViolations();

        // A learner that is promoted between two majors, and a leader that only moves.
        foreach (var (name, stores) in new[]
        {
            ("transfer-leader", """ "from_store_id":2,"to_store_id":3 """), ("add-peer", """ "store_id":3 """)
        })
        {
            (await cluster.HttpAsync(
                cluster.Instance("pd-1"), HttpMethod.Post, "/pd/api/v1/operators",
                $$"""{"name":"{{name}}","region_id":1001,{{stores}}}""", Token)).Status.ShouldBe(HttpStatusCode.OK);
        }

        await cluster.UntilAsync("it to be noticed", _ => Words().Count > 0);
        var lost = cluster.Directory.Violations().ShouldHaveSingleItem();
        (lost.What, lost.Field("region")).ShouldBe(("ReplicasChangedWhileMixed", "1001"));
        lost.Field("operator").ShouldNotBeNull().ShouldStartWith(
            "admin-add-peer (kind:admin,region, region:1001(40,5), currentStep:0, steps:[add learner peer");
        (await cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Delete, "/pd/api/v1/operators/1001", cancellationToken: Token)).Status
            .ShouldBe(HttpStatusCode.OK);
        cluster.Directory.ForgiveViolations();

        await Questions.ExecuteAsync(cluster.Instance("tidb-1"), "CREATE TABLE test.during (a INT)");
        Words().ShouldBe(["DdlDuringUpgrade"]);
        cluster.Directory.ForgiveViolations();

        // The leader without a word, and then a second one.
        var leader = await cluster.LeaderAsync();
        await cluster.StopAsync(leader, Token);
        await ByHand.GoneAsync(leader);
        Words().ShouldBe(["LeaderStoppedWithoutResign"]);
        cluster.Directory.ForgiveViolations();
        await cluster.StopAsync(cluster.Of("pd").First(i => i != leader), Token);
        await cluster.UntilAsync("the quorum to be lost", _ => Words().Contains("QuorumLost"));
        foreach (var pd in cluster.Of("pd"))
        {
            await cluster.StartAsync(pd, Token);
        }

        await cluster.WaitUntilAtRestAsync(Token);
        cluster.Directory.ForgiveViolations();

        // Now rightly; but a healthy new one once more.
        await hand.UpgradePdAsync();
        var follower = await cluster.FollowerAsync();
        await cluster.StopAsync(follower, Token);
        await cluster.StartAsync(follower, Token);
        await cluster.WaitUntilAtRestAsync(Token);
        Words().ShouldBe(["RestartedForNothing"]);
        cluster.Directory.ForgiveViolations();

        // Two stores at once: the second is stopped while the first is away.
        foreach (var name in new[] { "tikv-2", "tikv-3" })
        {
            await cluster.StopAsync(cluster.Instance(name), Token);
        }

        await cluster.UntilAsync("two stores to be missed", _ => Words().Contains("TwoStoresDown"));
        foreach (var name in new[] { "tikv-2", "tikv-3" })
        {
            await cluster.StartAsync(cluster.Instance(name), Token);
        }

        await cluster.WaitUntilAtRestAsync(Token);
        cluster.Directory.ForgiveViolations();

        // A scheduler that stays while the next process is started.
        await cluster.EvictAsync("tikv-2");
        await cluster.UntilAsync("tikv-2 to be drained", t => t.Stores["tikv-2"].Leaders == 0);
        await hand.SwapAsync(cluster.Instance("tikv-2"));
        await cluster.StopAsync(follower, Token);
        await cluster.StartAsync(follower, Token);
        await cluster.UntilAsync("both to be reported", _ => Words().Count > 1);
        Words().ShouldBe(["RestartedForNothing", "SchedulerLeaked"], ignoreOrder: true);
        cluster.Truth().EvictedStores.ShouldHaveSingleItem();
        (await cluster.EndEvictAsync("tikv-2")).Status.ShouldBe(HttpStatusCode.OK);
        cluster.Directory.ForgiveViolations();

        // Back to the old version.
        var old = cluster.Instance("tikv-2");
        await TiDbCluster.RunAsync(
            old, $"cd {old.DeployDir}/bin && rm -f tikv-server.new && cp tikv-server.old tikv-server.older", Token);
        await cluster.EvictAsync("tikv-2");
        await cluster.UntilAsync("tikv-2 to be drained", t => t.Stores["tikv-2"].Leaders == 0);
        await cluster.StopAsync(old, Token);
        await TiDbCluster.RunAsync(old, $"cd {old.DeployDir}/bin && mv tikv-server.older tikv-server", Token);
        await cluster.StartAsync(old, Token);
        await cluster.UntilAsync("the old version to be seen", _ => Words().Contains("Downgraded"));
    }
}
