using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class WebAnswerTests
{
    private static readonly ServiceAddress Address = new("10.0.0.1", 7000);

    [Fact]
    public async Task Version_of_process_includes_its_build() =>
        (await Master("""{"git_hash":"x","version_number":"2.17.0.0","build_number":"24","build_type":"RELEASE"}""")
            .VersionAsync(Address, default)).ToString().ShouldBe("2.17.0.0-b24");

    [Fact]
    public async Task Version_of_working_copy_build_has_no_build_number() =>
        (await Master("""{"version_number":"2.17.0.0","build_number":"PRE_RELEASE","ysql_major_version":15}""")
            .VersionAsync(Address, default)).ShouldBe(YugabyteVersion.Parse("2.17.0.0"));

    [Theory]
    [InlineData(200, true)]
    [InlineData(503, false)]
    public async Task Master_leadership_is_read_from_status_only(int status, bool expected) =>
        (await Master("{", status).IsLeaderAsync(Address, default)).ShouldBe(expected);

    [Fact]
    public async Task Unexpected_leadership_status_is_refused() =>
        await Should.ThrowAsync<YbAnswerException>(() => Master("{}", 500).IsLeaderAsync(Address, default));

    [Theory]
    [InlineData("<h1>Unable to locate leader master to redirect this request: /api/v1/health-check</h1>")]
    [InlineData("""{"error":"catalog manager is not initialized" """)]
    [InlineData("""{"error":"x"}""")]
    [InlineData("""{"dead_nodes":[]}""")]
    [InlineData("""{"dead_nodes":[],"under_replicated_tablets":{}}""")]
    [InlineData("""{"dead_nodes":[1],"under_replicated_tablets":[]}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task Health_answer_with_status_200_but_bad_body_is_refused(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Master(body).HealthAsync(Address, default));

    [Fact]
    public async Task Health_is_parsed_with_unsigned_64_bit_uptime()
    {
        var health = await Master(
            """{"dead_nodes":[],"most_recent_uptime":18446744073709551615,"under_replicated_tablets":["t1"]}""")
            .HealthAsync(Address, default);
        (health.DeadNodes.Count, health.UnderReplicated[0]).ShouldBe((0, "t1"));
    }

    [Fact]
    public async Task Masters_are_parsed_with_addresses_and_errors()
    {
        var masters = await Master("""
            {"masters":[{"instance_id":{"permanent_uuid":"a","instance_seqno":1,"start_time_us":1700000000000000},"registration":{"private_rpc_addresses":[{"host":"10.0.0.1","port":7100}],"http_addresses":[{"host":"10.0.0.1","port":7000}]},"role":"LEADER"},
             {"error":{"code":"NETWORK_ERROR","message":"connection refused"}}]}
            """).MastersAsync(Address, default);
        (masters[0].Rpc, masters[0].IsLeader, masters[0].StartTimeMicroseconds)
            .ShouldBe((new ServiceAddress("10.0.0.1", 7100), true, 1700000000000000));
        (masters[1].IsAlive, masters[1].Error).ShouldBe((false, "connection refused"));
    }

    [Theory]
    [InlineData("""{"masters":[]}""")]
    [InlineData("{}")]
    [InlineData("""{"masters":[{"role":"LEADER"}]}""")]
    public async Task Master_list_without_masters_is_unusable(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Master(body).MastersAsync(Address, default));

    [Fact]
    public async Task Tablet_servers_of_every_placement_are_parsed()
    {
        var servers = await Master("""
            {"":{"10.0.0.1:9000":{"time_since_hb":"0.8s","time_since_hb_sec":0.82,"status":"ALIVE","uptime_seconds":3600,"user_tablets_total":5,"user_tablets_leaders":2,"system_tablets_total":3,"system_tablets_leaders":1}},
             "replica":{"10.0.0.9:9000":{"time_since_hb_sec":80,"status":"DEAD","uptime_seconds":0,"user_tablets_total":0,"user_tablets_leaders":0,"system_tablets_total":0,"system_tablets_leaders":0,"permanent_uuid":"u"}}}
            """).TserversAsync(Address, default);
        (servers[0].Leaders, servers[0].Tablets, servers[0].IsAlive, servers[0].Uuid).ShouldBe((3ul, 8ul, true, null));
        (servers[1].IsAlive, servers[1].Uuid).ShouldBe((false, "u"));
    }

    [Theory]
    [InlineData("""{"":{"10.0.0.1:9000":{"status":"ALIVE"}}}""")]
    [InlineData(
        """{"":{"nonsense":{"time_since_hb_sec":0,"status":"ALIVE","uptime_seconds":0,"user_tablets_total":0,"user_tablets_leaders":0,"system_tablets_total":0,"system_tablets_leaders":0}}}""")]
    [InlineData("""{"x":1}""")]
    public async Task Tablet_server_without_counts_is_unusable(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Master(body).TserversAsync(Address, default));

    [Fact]
    public async Task Leaderless_tablets_are_parsed() =>
        (await Master("""{"leaderless_tablets":[{"table_uuid":"a","tablet_uuid":"b","reason":"none"}]}""")
            .LeaderlessTabletsAsync(Address, default)).ShouldBe(["b"]);

    [Fact]
    public async Task Missing_UnderReplicationPage_returns_null() =>
        (await Master("<h1>404</h1>", 404).UnderReplicatedTabletsAsync(Address, default)).ShouldBeNull();

    [Fact]
    public async Task Error_key_of_UnderReplicationPage_is_refused() =>
        await Should.ThrowAsync<YbAnswerException>(() => Master("""{"Error":"x","underreplicated_tablets":[]}""")
            .UnderReplicatedTabletsAsync(Address, default));

    [Fact]
    public async Task Absent_cluster_config_values_are_parsed_as_absent()
    {
        var config = await Master("""{"version":1,"cluster_uuid":"u"}""").ClusterConfigAsync(Address, default);
        (config.UniverseUuid, config.ReplicationFactor, config.LeaderBlacklist.Count, config.Groups.Count)
            .ShouldBe(("u", null, 0, 0));
    }

    [Theory]
    [InlineData(
        """{"producer_map":[{"key":"g1","value":{"master_addrs":[{"host":"p","port":7100}],"disable_stream":true}},{"key":"g2","value":{}}]}""")]
    [InlineData(
        """{"producer_map":{"g1":{"master_addrs":[{"host":"p","port":7100}],"disable_stream":true},"g2":{}}}""")]
    public async Task Replication_groups_are_parsed_from_list_and_object(string registry)
    {
        var config = await Master(
            $$$$"""{"version":1,"cluster_uuid":"u","consumer_registry":{{{{registry}}}},"leader_blacklist":{"hosts":[{"host":"10.0.0.1","port":9100}],"initial_leader_load":3},"replication_info":{"live_replicas":{"num_replicas":5}}}""")
            .ClusterConfigAsync(Address, default);
        config.Groups.Select(g => (g.Name, g.IsPaused)).ShouldBe([("g1", true), ("g2", false)]);
        (config.LeaderBlacklist[0], config.ReplicationFactor).ShouldBe((new ServiceAddress("10.0.0.1", 9100), 5));
    }

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"cluster_uuid":"u","leader_blacklist":{"hosts":[{"host":"h"}]}}""")]
    [InlineData("""{"cluster_uuid":"u","leader_blacklist":{"hosts":"h:1"}}""")]
    public async Task Cluster_config_without_required_values_is_unusable(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Master(body).ClusterConfigAsync(Address, default));

    [Fact]
    public async Task FollowerLag_is_that_of_slowest_follower()
    {
        var lag = await Tserver(
            """[{"type":"server","metrics":[]},{"type":"tablet","metrics":[{"name":"follower_lag_ms","value":20}]},{"type":"tablet","metrics":[{"name":"follower_lag_ms","value":61000},{"name":"other","value":9}]}]""")
            .FollowerLagAsync(Address, default);
        lag.ShouldBe(new YbFollowerLag(2, TimeSpan.FromSeconds(61)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""[{"metrics":[{"name":"follower_lag_ms"}]}]""")]
    [InlineData("""[{"type":"tablet"}]""")]
    public async Task Missing_FollowerLag_is_unusable(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Tserver(body).FollowerLagAsync(Address, default));

    [Fact]
    public async Task Tablets_not_running_are_counted_by_state()
    {
        var states = await Tserver(
            """{"a":{"state":"RUNNING"},"b":{"state":"BOOTSTRAPPING"},"c":{"state":"SHUTDOWN"}}""")
            .TabletsAsync(Address, default);
        (states.Running.Count, states.AllRun, states.Describe())
            .ShouldBe((1, false, "1 are BOOTSTRAPPING, 1 are SHUTDOWN"));
        (await Tserver("""{"a":{"state":"RUNNING"},"c":{"state":"SHUTDOWN"}}""").TabletsAsync(Address, default)).AllRun
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Failed_tablets_are_parsed() =>
        (await Tserver("""{"failed_tablets":["x"]}""").FailedTabletsAsync(Address, default)).ShouldBe(["x"]);

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"text\"")]
    [InlineData("{\"version_number\":")]
    [InlineData(
        """{"version_number":null,"flags":null,"masters":null,"dead_nodes":null,"leaderless_tablets":null,"underreplicated_tablets":null,"failed_tablets":null}""")]
    [InlineData(
        """{"version_number":[],"flags":[null],"masters":[null],"dead_nodes":[null],"under_replicated_tablets":[],"leaderless_tablets":[null],"underreplicated_tablets":[null],"failed_tablets":[null],"cluster_uuid":{}}""")]
    [InlineData(
        """{"version_number":"x","flags":[{"name":"a"}],"masters":[{"role":[]}],"leaderless_tablets":[{}],"underreplicated_tablets":[{}],"failed_tablets":[[]],"":{"h:1":null},"cluster_uuid":""}""")]
    public async Task Odd_answer_is_refused_with_its_address(string body)
    {
        List<Func<Task>> calls =
        [
            () => Master(body).VersionAsync(Address, default),
            () => Master(body).FlagsAsync(Address, default),
            () => Master(body).MastersAsync(Address, default),
            () => Master(body).TserversAsync(Address, default),
            () => Master(body).HealthAsync(Address, default),
            () => Master(body).LeaderlessTabletsAsync(Address, default),
            () => Master(body).UnderReplicatedTabletsAsync(Address, default),
            () => Master(body).ClusterConfigAsync(Address, default),
            () => Tserver(body).FailedTabletsAsync(Address, default),
            () => Tserver(body).TabletsAsync(Address, default),
            () => Tserver(body).FollowerLagAsync(Address, default),
        ];
        foreach (var call in calls)
        {
            (await Should.ThrowAsync<YbAnswerException>(call)).Message.ShouldContain("10.0.0.1:7000");
        }
    }

    [Theory]
    [InlineData("""{"":{"h:1":null}}""")]
    [InlineData("""{"":null}""")]
    [InlineData(
        """{"":{"h:1":{"time_since_hb_sec":"0","status":"ALIVE","uptime_seconds":-1,"user_tablets_total":0,"user_tablets_leaders":0,"system_tablets_total":0,"system_tablets_leaders":0}}}""")]
    public async Task Tablet_server_of_another_form_is_unusable(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Master(body).TserversAsync(Address, default));

    [Theory]
    [InlineData("""{"cluster_uuid":"u","consumer_registry":{"producer_map":1}}""")]
    [InlineData("""{"cluster_uuid":"u","consumer_registry":{"producer_map":[null]}}""")]
    [InlineData("""{"cluster_uuid":"u","consumer_registry":{"producer_map":[{"value":{}}]}}""")]
    [InlineData("""{"cluster_uuid":"u","server_blacklist":{"hosts":[null]}}""")]
    [InlineData("""{"cluster_uuid":"u","server_blacklist":{"hosts":[{"host":"h","port":65536}]}}""")]
    public async Task Cluster_config_of_another_form_is_unusable(string body) =>
        await Should.ThrowAsync<YbAnswerException>(() => Master(body).ClusterConfigAsync(Address, default));

    [Fact]
    public async Task Null_counts_as_absent_optional_value()
    {
        const string Body =
            """{"cluster_uuid":null,"universe_uuid":"u","replication_info":null,"leader_blacklist":null,"consumer_registry":{"producer_map":{"g":null}}}""";
        var config = await Master(Body).ClusterConfigAsync(Address, default);

        (config.UniverseUuid, config.ReplicationFactor, config.LeaderBlacklist.Count).ShouldBe(("u", null, 0));
        config.Groups.ShouldHaveSingleItem().IsPaused.ShouldBeFalse();
    }

    [Fact]
    public async Task Master_with_error_or_without_address_is_listed()
    {
        var masters = await Master(
            """{"masters":[{"instance_id":{"permanent_uuid":"a"},"registration":{"http_addresses":[{"host":"h","port":0}]},"role":"FOLLOWER"},{"error":"gone"}]}""")
            .MastersAsync(Address, default);

        (masters[0].Web, masters[0].IsAlive).ShouldBe((null, true));
        (masters[1].Error, masters[1].IsAlive).ShouldBe(("gone", false));
    }

    [Fact]
    public async Task Values_of_other_metrics_may_have_any_form() =>
        (await Tserver(
            """[{"metrics":[{"name":"other","value":"x"},{"name":"third","value":1.5},{"name":"follower_lag_ms","value":7}]}]""")
            .FollowerLagAsync(Address, default))
            .ShouldBe(new YbFollowerLag(1, TimeSpan.FromMilliseconds(7)));

    [Theory]
    [InlineData("h:7100", "h", 7100)]
    [InlineData("[fe80::1]:7100", "fe80::1", 7100)]
    public void ServiceAddress_is_parsed_and_printed(string text, string host, int port)
    {
        ServiceAddress.TryParse(text, out var address).ShouldBeTrue();
        address.ShouldBe(new ServiceAddress(host, port));
        ServiceAddress.TryParse(address.ToString(), out var again).ShouldBeTrue();
        again.ShouldBe(address);
    }

    [Fact]
    public void ServiceAddress_ignores_case_of_host() =>
        new ServiceAddress("Db1", 1).ShouldBe(new ServiceAddress("db1", 1));

    private static YbClient Master(string body, int status = 200) =>
        new(new Canned(new ServiceAnswer(status, null, body)), YugabyteVocabulary.Of(new DatabaseRollingUpgradeSpec()));

    private static YbClient Tserver(string body) =>
        new(new Canned(new ServiceAnswer(200, null, body)), YugabyteVocabulary.Of(new DatabaseRollingUpgradeSpec()));

    private sealed class Canned(ServiceAnswer answer) : IServiceHttp
    {
        public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
            Task.FromResult(answer);

        public Task<ServiceAnswer> SendAsync(
            HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
