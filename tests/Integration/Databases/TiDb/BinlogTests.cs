using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>Pump and drainer behave as docs/project/research/tidb.md#pump-and-drainer says.</summary>
[Collection(TiDbLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class BinlogTests(TiDbLab lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Binlog_action_always_returns_200_with_result_in_body()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var pump = cluster.Instance("pump-2");
        var status = (await cluster.JsonAsync(cluster.Instance("pump-1"), "/status", Token)).GetProperty("status");
        status.EnumerateObject().Select(p => p.Value.GetProperty("state").GetString()).ShouldBe(["online", "online"]);

        var (code, body) = await cluster.HttpAsync(
            pump, HttpMethod.Put, $"/state/{pump.Address}/jump", cancellationToken: Token);
        code.ShouldBe(HttpStatusCode.OK);
        Code(body).ShouldBe(3);
        (code, body) = await cluster.HttpAsync(pump, HttpMethod.Put, "/state/nobody/pause", cancellationToken: Token);
        code.ShouldBe(HttpStatusCode.OK);
        Code(body).ShouldBe(3);
        body.ShouldContain("invalide nodeID nobody");

        await cluster.FaultAsync("pump-2", "start", "hang", times: -1);
        (code, body) = await cluster.HttpAsync(
            pump, HttpMethod.Put, $"/state/{Uri.EscapeDataString(pump.Address)}/pause", cancellationToken: Token);
        (code, Code(body)).ShouldBe((HttpStatusCode.OK, 200));
        await cluster.UntilAsync("the pump to be paused", t => t.BinlogStates["pump-2"] == "paused");
        await Questions.PortAsync(pump, open: false);
        (await Questions.RowsAsync(cluster.Instance("tidb-1"), "SHOW PUMP STATUS")).Select(r => r["State"])
            .ShouldBe(["online", "paused"], ignoreOrder: true);
        await cluster.Directory.ClearFaultsAsync(Token);
        await cluster.StopAsync(pump, Token);
        cluster.Directory.Violations().ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_drainer_stays_online_and_blocks_pump_start()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var (pump, drainer) = (cluster.Instance("pump-2"), cluster.Instance("drainer-1"));
        await cluster.FaultAsync("drainer-1", "start", "hang", times: -1);
        await cluster.SignalAsync(drainer, LabSignal.Kill, Token);
        await Questions.PortAsync(drainer, open: false);
        cluster.Truth().BinlogStates["drainer-1"].ShouldBe("online");
        (await Questions.RowsAsync(cluster.Instance("tidb-1"), "SHOW DRAINER STATUS"))[0]["State"].ShouldBe("online");

        await cluster.StopAsync(pump, Token);
        await cluster.UntilAsync("the pump to be paused", t => t.BinlogStates["pump-2"] == "paused");
        var starts = cluster.Truth().Starts["pump-2"];
        await cluster.StartAsync(pump, Token);
        await cluster.UntilAsync("the pump to start in vain", t => t.Starts["pump-2"] > starts + 1);
        cluster.Truth().BinlogStates["pump-2"].ShouldBe("paused");
        await cluster.Directory.ClearFaultsAsync(Token);
        await cluster.StopAsync(drainer, Token);
    }

    [Fact]
    public async Task Binlogctl_and_pd_ctl_print_vendor_output()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var (pd, pump, drainer) = (cluster.Instance("pd-1"), cluster.Instance("pump-1"), cluster.Instance("drainer-1"));

        (await TiDbCluster.RunAsync(
            pump, $"{pump.DeployDir}/bin/binlogctl -pd-urls=http://{pd.Address} -cmd pumps", Token))
            .Split('\n').Length.ShouldBe(2);
        (await TiDbCluster.RunAsync(drainer, $"{drainer.DeployDir}/bin/drainer -V", Token))
            .ShouldStartWith("Release Version: v2.1.19\nGit Commit Hash: ");
        (await TiDbCluster.RunAsync(pd, $"{pd.DeployDir}/bin/pd-server -V", Token))
            .ShouldContain("Release Version: v2.1.19");
        (await TiDbCluster.RunAsync(cluster.Instance("tikv-1"), "/data/deploy/tikv/bin/tikv-server -V", Token))
            .ShouldContain("Release Version:   2.1.19");
        (await TiDbCluster.RunAsync(
            cluster.Instance("tikv-1"),
            "cd /data/deploy/tikv && bin/tikv-server --config-check --config conf/tikv.toml", Token))
            .ShouldBe("config check successful");
        (await cluster.Instance("tikv-1").Host.RunAsync(
            "cd /data/deploy/tikv && echo 'a = b c' >bad.toml && bin/tikv-server --config-check --config bad.toml",
            ct: Token)).ExitCode.ShouldBe(1);

        var ctl = $"{pd.DeployDir}/bin/pd-ctl -u http://{pd.Address} -d ";
        (await TiDbCluster.RunAsync(pd, ctl + "config set merge-schedule-limit 8", Token)).ShouldBe("Success!");
        (await TiDbCluster.RunAsync(pd, ctl + "store 77; echo rc=$?", Token)).ShouldContain("rc=0");
        (await TiDbCluster.RunAsync(pd, ctl + "store 77", Token)).ShouldStartWith("Failed to get store: [500]");
        using var shown = JsonDocument.Parse(await TiDbCluster.RunAsync(pd, ctl + "config show all", Token));
        shown.RootElement.GetProperty("schedule").GetProperty("leader-schedule-limit").GetInt32().ShouldBe(4);
        cluster.Directory.Record()
            .ShouldContain(e => e.Event == "cli" && e.What == $"pd-ctl -u http://{pd.Address} -d store 77");
    }

    private static int Code(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("code").GetInt32();
    }
}
