using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class MasterWebTests(LabFixture lab) : YugabyteTest(lab)
{
    [Fact]
    public async Task Master_web_interface_matches_cluster_state()
    {
        await using var cluster = await StartAsync();
        var leader = Leader(cluster);
        var follower = Follower(cluster);

        // Only the leader is one; what the others answer is no JSON.
        (await cluster.GetAsync(leader, "/api/v1/is-leader", Token)).ShouldBe((200, """{"STATUS":"OK"}"""));
        var (status, body) = await cluster.GetAsync(follower, "/api/v1/is-leader", Token);
        status.ShouldBe(503);
        Should.Throw<JsonException>(() => JsonDocument.Parse(body).Dispose());

        // Each process speaks for itself.
        (await JsonAsync(cluster, cluster.Tservers[1], "/api/v1/version")).GetProperty("version_number").GetString()
            .ShouldBe("2.18.4.0");

        // The rest is proxied: a follower shows what the leader knows.
        var masters = (await JsonAsync(cluster, follower, "/api/v1/masters"))
            .GetProperty("masters").EnumerateArray().ToList();
        masters.Count.ShouldBe(3);
        masters.Select(master => master.GetProperty("role").GetString()).Order(StringComparer.Ordinal)
            .ShouldBe(["FOLLOWER", "FOLLOWER", "LEADER"]);
        masters.Any(master => master.TryGetProperty("error", out _)).ShouldBeFalse();
        masters[0].GetProperty("registration").GetProperty("private_rpc_addresses")[0].GetProperty("port").GetInt32()
            .ShouldBe(7100);

        var servers = (await JsonAsync(cluster, follower, "/api/v1/tablet-servers")).GetProperty("");
        var first = servers.GetProperty(cluster.Tservers[0].WebAddress);
        first.GetProperty("status").GetString().ShouldBe("ALIVE");
        first.GetProperty("user_tablets_total").GetInt32().ShouldBe(12);
        servers.EnumerateObject().Sum(server => server.Value.GetProperty("user_tablets_leaders").GetInt32())
            .ShouldBe(12);

        var health = await JsonAsync(cluster, follower, "/api/v1/health-check");
        health.GetProperty("dead_nodes").GetArrayLength().ShouldBe(0);
        health.GetProperty("under_replicated_tablets").GetArrayLength().ShouldBe(0);
        (await JsonAsync(cluster, leader, "/api/v1/tablet-replication"))
            .GetProperty("leaderless_tablets").GetArrayLength().ShouldBe(0);

        var flags = (await JsonAsync(cluster, follower, "/api/v1/varz")).GetProperty("flags").EnumerateArray()
            .ToDictionary(
                flag => flag.GetProperty("name").GetString()!, flag => flag.GetProperty("type").GetString(),
                StringComparer.Ordinal);
        flags["heartbeat_interval_ms"].ShouldBe("Default");
        flags["rpc_bind_addresses"].ShouldBe("NodeInfo");
        flags["enable_automatic_tablet_splitting"].ShouldBe("Auto");

        (await cluster.GetAsync(leader, "/tablet-servers", Token)).Body.ShouldContain("Cluster Load is Balanced");
        (await cluster.GetAsync(leader, "/tile-servers", Token)).Status.ShouldBe(404);
        (await cluster.GetAsync(leader, "/healthz", Token)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Under_replication_page_exists_from_2_18_2_on()
    {
        await using var old = await StartAsync(new() { Version = "2.18.1.0-b84" });
        (await old.GetAsync(Leader(old), "/api/v1/tablet-under-replication", Token)).Status.ShouldBe(404);

        await using var newer = await StartAsync(
            new() { Version = "2.18.2.0-b66", Knobs = new() { UnderReplicated = [0] } });
        (await JsonAsync(newer, Follower(newer), "/api/v1/tablet-under-replication"))
            .GetProperty("underreplicated_tablets")[0].GetProperty("underreplicated_placements").GetArrayLength()
            .ShouldBe(1);
    }

    [Fact]
    public async Task Follower_without_leader_answers_200_with_html()
    {
        await using var cluster = await StartAsync();
        cluster.SetKnobs(new() { NoElection = true });
        var leader = Leader(cluster);
        var follower = Follower(cluster);

        await cluster.KillAsync(leader, Token);
        await cluster.UntilAsync("the leader to be lost", state => state.Leader is null, Token);

        var (status, body) = await cluster.GetAsync(follower, "/api/v1/health-check", Token);
        status.ShouldBe(200);
        body.ShouldContain("Unable to locate leader master to redirect this request: /api/v1/health-check");
        var refused = await RefusedAsync(cluster, "list_all_masters");
        refused.Error.ShouldContain($"Unable to establish connection to leader master at [{cluster.MasterAddresses}]");
    }

    [Fact]
    public async Task Follower_of_unreachable_leader_answers_200_with_html()
    {
        await using var cluster = await StartAsync();
        var leader = Leader(cluster);
        var follower = Follower(cluster);
        await cluster.Directory.SetFaultsAsync(
            [new StandinFault
            {
                Id = "cut",
                Process = leader.Name,
                On = "call:GET /api/v1/health-check",
                Do = "cut",
                Times = -1
            }],
            Token);

        var (status, body) = await cluster.GetAsync(follower, "/api/v1/health-check", Token);

        status.ShouldBe(200);
        body.ShouldStartWith("Error retrieving leader master URL");
    }

    [Fact]
    public async Task Killed_master_leader_causes_election_gap_but_stepdown_does_not()
    {
        await using var cluster = await StartAsync(new() { Knobs = new() { ElectionSeconds = 30 } });
        var before = cluster.State();

        await AdminAsync(cluster, "master_leader_stepdown");
        var handed = cluster.State();
        handed.Leader.ShouldNotBe(before.Leader);
        handed.Term.ShouldBe(before.Term + 1);

        await cluster.KillAsync(LeaderOf(cluster, handed), Token);
        await cluster.UntilAsync("the leader to be lost", state => state.Leader is null, Token);
        await cluster.UntilAsync(
            "another leader", state => state.Leader is not null && state.Term == handed.Term + 1, Token);

        var record = cluster.Directory.Record();
        var lost = record.Last(entry => entry.What == "leadership lost");
        (record.Last(entry => entry.What == "elected").At - lost.At)
            .ShouldBeGreaterThan(TimeSpan.FromMilliseconds(400));
        var masters = (await JsonAsync(cluster, Leader(cluster), "/api/v1/masters"))
            .GetProperty("masters").EnumerateArray().ToList();
        masters.Count(master => master.TryGetProperty("error", out _)).ShouldBe(1);
        (await AdminAsync(cluster, "list_all_masters")).ShouldContain("UNKNOWN_UUID");
    }

    [Fact]
    public async Task Killed_tablet_server_is_reported_dead_after_a_minute()
    {
        // Ten times slower than usual, so that the minute is seen.
        await using var cluster = await StartAsync(new() { TimeFactor = 20 });
        var leader = Leader(cluster);
        var server = cluster.Tservers[0];

        await cluster.KillAsync(server, Token);
        await cluster.UntilAsync("it to be noticed", state => !state.Server(server.Name).Up, Token);
        var early = (await JsonAsync(cluster, leader, "/api/v1/tablet-servers")).GetProperty("")
            .GetProperty(server.WebAddress);
        early.GetProperty("status").GetString().ShouldBe("ALIVE");

        await Deadline.UntilAsync(
            "it to be called dead",
            async _ => (await JsonAsync(cluster, leader, "/api/v1/tablet-servers")).GetProperty("")
                .GetProperty(server.WebAddress).GetProperty("status").GetString() == "DEAD",
            cancellationToken: Token);
        var dead = (await JsonAsync(cluster, leader, "/api/v1/tablet-servers")).GetProperty("")
            .GetProperty(server.WebAddress);
        dead.GetProperty("time_since_hb_sec").GetDouble().ShouldBeGreaterThan(60);
        dead.GetProperty("uptime_seconds").GetInt32().ShouldBe(0);
        var health = await JsonAsync(cluster, leader, "/api/v1/health-check");
        health.GetProperty("dead_nodes").GetArrayLength().ShouldBe(1);
        health.GetProperty("under_replicated_tablets").GetArrayLength().ShouldBe(12);
        (await AdminAsync(cluster, "list_all_tablet_servers")).ShouldContain("DEAD");
        (await AdminAsync(cluster, "list_all_tablet_servers", "exclude_dead")).ShouldNotContain("DEAD");
    }

    [Fact]
    public async Task Tablets_without_majority_are_leaderless_after_two_minutes()
    {
        await using var cluster = await StartAsync(new() { TimeFactor = 240 });
        var leader = Leader(cluster);

        await cluster.KillAsync(cluster.Tservers[0], Token);
        await cluster.KillAsync(cluster.Tservers[1], Token);

        await Deadline.UntilAsync(
            "the tablets to be reported",
            async _ => (await JsonAsync(cluster, leader, "/api/v1/tablet-replication"))
                .GetProperty("leaderless_tablets").GetArrayLength() > 0,
            cancellationToken: Token);
        (await JsonAsync(cluster, leader, "/api/v1/tablet-replication")).GetProperty("leaderless_tablets")[0]
            .GetProperty("reason").GetString()
            .ShouldNotBeNull().ShouldStartWith("No valid leader reported for");
        cluster.Directory.Violations().Select(violation => violation.What).ShouldContain("TwoTserversDown");
    }

    [Fact]
    public async Task Clock_skew_is_shown_in_metrics_and_clock_page()
    {
        await using var cluster = await StartAsync(new()
        {
            Knobs =
                new() { ClockSkew = new Dictionary<string, string>(StringComparer.Ordinal) { ["tserver-2"] = "700ms" } }
        });

        var (_, metrics) = await cluster.GetAsync(cluster.Tservers[1], "/metrics?metrics=hybrid_clock_skew", Token);
        var (_, html) = await cluster.GetAsync(Follower(cluster), "/tablet-server-clocks", Token);

        metrics.ShouldContain("""{"name":"hybrid_clock_skew","value":700000}""");
        html.ShouldContain("Physical Time");
        html.Split("<td>").Count(cell => cell.StartsWith("20", StringComparison.Ordinal)).ShouldBe(6);
    }
}
