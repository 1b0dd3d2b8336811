using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class LeaderDrainTests(LabFixture lab) : YugabyteTest(lab)
{
    [Fact]
    public async Task Leaders_leave_blacklisted_server_at_balancer_speed_and_return()
    {
        // Two leaders in three seconds, the rest follows.
        await using var cluster = await StartAsync(new() { Knobs = new() { LeaderMovesPerSecond = 0.1 } });
        var server = cluster.Tservers[0];
        var had = LeadersOf(cluster.State(), server);
        had.ShouldBe(5);

        await AdminAsync(cluster, "change_leader_blacklist", "ADD", server.RpcAddress);
        (await AdminAsync(cluster, "get_is_load_balancer_idle")).ShouldBe("Idle = 0\n");
        (await AdminAsync(cluster, "get_universe_config"))
            .ShouldContain("\"leaderBlacklist\":{\"hosts\":[{\"host\":\"" + server.Host.Address + "\",\"port\":9100}]");
        (await cluster.GetAsync(Leader(cluster), "/tablet-servers", Token)).Body.ShouldContain("Leader Blacklisted");
        await cluster.UntilAsync("some leaders to have left", state => LeadersOf(state, server) is > 0 and < 5, Token);
        (await AdminAsync(cluster, "get_leader_blacklist_completion")).ShouldContain("remaining out of 5");
        await cluster.UntilAsync("all leaders to have left", state => LeadersOf(state, server) == 0, Token);
        (await AdminAsync(cluster, "get_leader_blacklist_completion"))
            .ShouldBe("Percent complete = 100 : 0 remaining out of 5\n");

        await AdminAsync(cluster, "change_leader_blacklist", "REMOVE", server.RpcAddress);
        await cluster.UntilAsync("leaders to be back", state => LeadersOf(state, server) >= 4, Token);
        (await AdminAsync(cluster, "get_leader_blacklist_completion"))
            .ShouldBe("Percent complete = 100 : 0 remaining out of 0\n");
        (await ViolationsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Flag_tool_speeds_up_leaders_until_the_master_restarts()
    {
        await using var cluster = await StartAsync(new() { Knobs = new() { LeaderMovesPerSecond = 0.1 } });
        var leader = Leader(cluster);
        var tool = $"{cluster.DirectoryOf(cluster.Options.Version)}/bin/yb-ts-cli --server_address={leader.RpcAddress} "
            + "set_flag";
        var host = cluster.Tservers[0].Host;

        (await host.RunAsync($"{tool} webserver_port 7001", ct: Token)).ExitCode.ShouldBe(1);
        (await host.RunAsync($"{tool} load_balancer_max_concurrent_moves 100", ct: Token)).ExitCode.ShouldBe(0);
        (await MovesAsync(cluster, leader)).ShouldBe("100");
        await AdminAsync(cluster, "change_leader_blacklist", "ADD", cluster.Tservers[0].RpcAddress);
        await cluster.UntilAsync(
            "all leaders to have left", state => LeadersOf(state, cluster.Tservers[0]) == 0, Token);

        await cluster.KillAsync(leader, Token);
        await cluster.StartAsync(leader, cluster.Options.Version, Token);
        await cluster.UntilAsync("the master to be back", state => state.Server(leader.Name).Up, Token);
        (await MovesAsync(cluster, leader)).ShouldBe("2");
    }

    private static async Task<string?> MovesAsync(YugabyteCluster cluster, YugabyteServer master) =>
        (await JsonAsync(cluster, master, "/api/v1/varz")).GetProperty("flags").EnumerateArray()
            .Single(f => f.GetProperty("name").GetString() == "load_balancer_max_concurrent_moves")
            .GetProperty("value").GetString();

    [Fact]
    public async Task Leader_blacklist_changes_are_idempotent_and_survive_master_kill()
    {
        await using var cluster = await StartAsync();
        var address = cluster.Tservers[0].RpcAddress;

        (await AdminAsync(cluster, "change_leader_blacklist", "ADD", address)).ShouldBeEmpty();
        (await AdminAsync(cluster, "change_leader_blacklist", "ADD", address)).ShouldBeEmpty();
        (await AdminAsync(cluster, "change_leader_blacklist", "REMOVE", cluster.Tservers[1].RpcAddress))
            .ShouldBeEmpty();
        await cluster.KillAsync(Leader(cluster), Token);
        await cluster.UntilAsync("another leader", state => state.Leader is not null && state.Term > 1, Token);

        cluster.State().LeaderBlacklist.ShouldBe(["tserver-1"]);
        (await AdminAsync(cluster, "get_leader_blacklist_completion")).ShouldStartWith("Percent complete = ");
    }

    [Fact]
    public async Task Leaders_stay_while_balancer_is_off_or_they_are_stuck()
    {
        await using var cluster = await StartAsync(new() { Knobs = new() { StuckLeaders = 2 } });
        var server = cluster.Tservers[0];

        await AdminAsync(cluster, "set_load_balancer_enabled", "0");
        (await AdminAsync(cluster, "get_load_balancer_state")).ShouldContain("Enabled = 0");
        await AdminAsync(cluster, "change_leader_blacklist", "ADD", server.RpcAddress);
        LeadersOf(cluster.State(), server).ShouldBe(5);
        await AdminAsync(cluster, "set_load_balancer_enabled", "1");

        await cluster.UntilAsync("all but the stuck ones to leave", state => LeadersOf(state, server) == 2, Token);
        (await AdminAsync(cluster, "get_is_load_balancer_idle")).ShouldBe("Idle = 0\n");
    }

    [Fact]
    public async Task Restarted_server_opens_tablets_and_followers_catch_up()
    {
        await using var cluster = await StartAsync(
            new() { Knobs = new() { BootstrapSeconds = 60, CatchUpSeconds = 120 } });
        var server = cluster.Tservers[2];
        await AdminAsync(cluster, "change_leader_blacklist", "ADD", server.RpcAddress);
        await cluster.UntilAsync("the leaders to leave", state => LeadersOf(state, server) == 0, Token);

        await cluster.StopAsync(server, Token);
        await cluster.StartAsync(server, cluster.Options.Version, Token);

        (await cluster.GetAsync(server, "/api/v1/tablets", Token)).Body.ShouldContain("BOOTSTRAPPING");
        var lags = new List<double>();
        await Deadline.UntilAsync(
            "the followers to catch up",
            async token =>
            {
                var metrics = await JsonAsync(cluster, server, "/metrics?metrics=follower_lag_ms");
                lags.Add(metrics.EnumerateArray().Max(
                    entity => entity.GetProperty("metrics")[0].GetProperty("value").GetDouble()));
                return lags[^1] == 0;
            },
            cancellationToken: Token);
        lags.Max().ShouldBeGreaterThan(1000);
        (await cluster.GetAsync(server, "/api/v1/tablets", Token)).Body.ShouldNotContain("BOOTSTRAPPING");
    }
}
