using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>TiKV behaves as docs/project/research/tidb.md#tikv says.</summary>
[Collection(TiDbLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TiKvTests(TiDbLab lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_leaders_leave_under_evict_scheduler_and_return_afterwards()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        await Questions.UntilAsync("the leaders to be spread evenly", async () =>
            await cluster.LeaderCountAsync("tikv-1") is >= 110 and <= 130);
        var before = await cluster.LeaderCountAsync("tikv-1");

        await cluster.EvictAsync("tikv-1");
        await Questions.UntilAsync("PD to see it drained", async () => await cluster.LeaderCountAsync("tikv-1") == 0);
        cluster.Truth().Stores.Values.Sum(s => s.Leaders).ShouldBe(360);
        await cluster.EndEvictAsync("tikv-1");
        await Questions.UntilAsync(
            "the leaders to be back", async () => await cluster.LeaderCountAsync("tikv-1") > before - 10);
        cluster.Directory.Violations().ShouldBeEmpty();

        // A store that keeps its leaders, whatever it is told.
        await cluster.FaultAsync("tikv-1", "drain", "ignore", times: -1);
        await cluster.EvictAsync("tikv-1");
        await cluster.EvictAsync("tikv-2");
        await cluster.UntilAsync("the other store to be drained", t => t.Stores["tikv-2"].Leaders == 0);
        cluster.Truth().Stores["tikv-1"].Leaders.ShouldBeGreaterThan(100);
        await cluster.EndEvictAsync("tikv-1");
        await cluster.EndEvictAsync("tikv-2");
    }

    [Fact]
    public async Task Killed_store_is_Disconnected_and_its_leaders_move()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        // Under Restart=always it would be back before anybody looks.
        await cluster.FaultAsync("tikv-3", "start", "hang", times: -1);
        await cluster.SignalAsync(cluster.Instance("tikv-3"), LabSignal.Kill, Token);

        await Questions.UntilAsync("PD to call it Disconnected", async () => (await cluster.StoreAsync("tikv-3"))
            .GetProperty("store").GetProperty("state_name").GetString() == "Disconnected");
        await cluster.UntilAsync("elections", t => t.Stores["tikv-3"] is { Leaders: 0, IsGone: true });
        cluster.Directory.Violations().ShouldBeEmpty("nobody is to blame for a crash");
        await cluster.Directory.ClearFaultsAsync(Token);
        await cluster.StopAsync(cluster.Instance("tikv-3"), Token);
    }

    [Fact]
    public async Task TiKV_port_opens_before_store_registration()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var tikv = cluster.Instance("tikv-2");
        await cluster.EvictAsync("tikv-2");
        await cluster.UntilAsync("the drain", t => t.Stores["tikv-2"].Leaders == 0);
        await cluster.FaultAsync("tikv-2", "register", "fail", "no such luck", times: -1);
        await cluster.StopAsync(tikv, Token);
        await Questions.UntilAsync("PD to miss it", async () =>
            (await cluster.StoreAsync("tikv-2")).GetProperty("store").GetProperty("state_name").GetString() != "Up");
        var before = cluster.Truth();

        await cluster.StartAsync(tikv, Token);

        // It looks up between two polls, again and again, and is not.
        await Questions.PortAsync(tikv, open: true);
        await cluster.UntilAsync("it to start again and again", t => t.Starts["tikv-2"] >= before.Starts["tikv-2"] + 2);
        // A PD that has just become the leader calls every store Up until it has missed its heartbeats.
        await Questions.UntilAsync("PD to miss it still", async () =>
            (await cluster.StoreAsync("tikv-2")).GetProperty("store").GetProperty("state_name").GetString() != "Up");
        await cluster.Directory.ClearFaultsAsync(Token);
        await Questions.UntilAsync("it to be Up", async () =>
            (await cluster.StoreAsync("tikv-2")).GetProperty("store").GetProperty("state_name").GetString() == "Up");
        await cluster.EndEvictAsync("tikv-2");
    }

    [Fact]
    public async Task TiKV_status_server_exists_from_3_0_on()
    {
        await using var two = await lab.TwoAsync();
        await using var three = await lab.ThreeAsync();
        await Should.ThrowAsync<HttpRequestException>(() => two.Cluster.HttpAsync(
            two.Cluster.Instance("tikv-1"), HttpMethod.Get, "/status", cancellationToken: Token));

        // 3.0 serves, but on the loopback only unless it is told otherwise.
        var tikv = three.Cluster.Instance("tikv-1");
        (await TiDbCluster.RunAsync(
            tikv, "curl -sS -o /dev/null -w '%{http_code} %{size_download}' http://127.0.0.1:20180/status", Token))
            .ShouldBe("200 0");
        (await TiDbCluster.RunAsync(tikv, "curl -sS http://127.0.0.1:20180/config", Token)).ShouldBe("path not found");
        (await TiDbCluster.RunAsync(tikv, "curl -sS http://127.0.0.1:20180/metrics", Token))
            .ShouldMatch("tikv_raftstore_region_count\\{type=\"leader\"\\} [0-9]");
    }

    [Fact]
    public async Task TiKV_downgrade_and_moved_data_folder_are_refused()
    {
        await using var turn = await lab.ThreeAsync();
        var cluster = turn.Cluster;
        var old = await cluster.BringPackageAsync("2.1.19", Token);
        var tikv = cluster.Instance("tikv-3");
        await cluster.StopAsync(tikv, Token);
        await ByHand.GoneAsync(tikv);

        var run = $"cd {tikv.DeployDir} && {old}/bin/tikv-server --addr=0.0.0.0:20160 --advertise-addr={tikv.Address} "
            + $"--pd={cluster.Instance("pd-1").Address} --data-dir={tikv.DataDir} --config=conf/tikv.toml";
        var refused = await tikv.Host.RunAsync(run, ct: Token);
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("version should compatible with version  3.0.9, got 2.1.19");
        cluster.Directory.Violations().Words().ShouldContain("Downgraded");

        var moved = await tikv.Host.RunAsync(
            $"cd {tikv.DeployDir} && cp conf/tikv.toml other.toml && sed -i "
            + "'s/^\\[raftdb.defaultcf\\]/[raftdb]\\nwal-dir = \"\\/data\\/wal\"\\n[raftdb.defaultcf]/' other.toml && "
            + $"bin/tikv-server --addr=0.0.0.0:20160 --advertise-addr={tikv.Address} "
            + $"--pd={cluster.Instance("pd-1").Address} --data-dir={tikv.DataDir} --config=other.toml",
            ct: Token);
        moved.ExitCode.ShouldBe(1);
        moved.Error.ShouldContain("critical config check failed: raftdb wal_dir have been changed");
    }

    [Fact]
    public async Task Second_TiKV_on_same_data_ends_at_once()
    {
        await using var turn = await lab.TwoAsync();
        var tikv = turn.Cluster.Instance("tikv-1");

        var second = await tikv.Host.RunAsync(
            $"cd {tikv.DeployDir} && bin/tikv-server --addr=0.0.0.0:20161 --advertise-addr={tikv.Host.Address}:20161 "
            + $"--pd={turn.Cluster.Instance("pd-1").Address} --data-dir={tikv.DataDir}",
            ct: Token);

        second.ExitCode.ShouldBe(1);
        second.Error.ShouldContain("Resource temporarily unavailable");
    }
}
