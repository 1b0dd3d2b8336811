using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Answers of the cluster's processes as documented, and the broken ones.</summary>
public sealed class ApiTests
{
    private static readonly ServiceAddress Pd1 = new("pd1", 2379);
    private static readonly ServiceAddress Pd2 = new("pd2", 2379);

    [Fact]
    public async Task Member_ids_are_parsed_as_unsigned_64_bit_numbers()
    {
        var members = await Pd("/pd/api/v1/members", """
            {"header":{"cluster_id":13195394291053711809},
             "members":[{"name":"pd1","member_id":18446744073709551615,"peer_urls":["http://pd1:2380"],"client_urls":["http://pd1:2379"],"leader_priority":5},
                        {"name":"pd2","member_id":1319539429105371180,"peer_urls":[],"client_urls":["http://pd2:2379/"]}],
             "leader":{"name":"pd1","member_id":18446744073709551615,"client_urls":["http://pd1:2379"]},
             "etcd_leader":{"name":"pd2","member_id":1319539429105371180}}
            """).MembersAsync(default);

        members.ClusterId.ShouldBe(13195394291053711809UL);
        members.At(Pd1)!.Id.ShouldBe(ulong.MaxValue);
        members.At(Pd1)!.LeaderPriority.ShouldBe(5);
        members.At(Pd2)!.LeaderPriority.ShouldBe(0, "absent is 0");
        members.IsSettled.ShouldBeFalse("etcd is led by another");
    }

    [Fact]
    public async Task Absent_store_fields_are_parsed_as_zero()
    {
        var store = (await Pd("/pd/api/v1/stores?state=0&state=1&state=2", """
            {"count":1,"stores":[{"store":{"id":4,"address":"10.0.0.1:20160","version":"v3.0.9","state_name":"Up"},"status":{"capacity":"1.0 TiB","region_count":7,"start_ts":"2020-02-10T10:00:00+08:00"}}]}
            """).StoresAsync(default)).ShouldHaveSingleItem();

        (store.Leaders, store.Regions, store.Version, store.IsUp).ShouldBe((0, 7, "3.0.9", true));
        store.Labels.ShouldBeEmpty();
        store.StartedAt!.Value.UtcDateTime.Hour.ShouldBe(2);
    }

    [Theory]
    [InlineData(200, "<html>Unable to locate leader master</html>")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"header":{},"members":[]}""")]
    [InlineData(200, """{"header":{"cluster_id":"7"},"members":[]}""")]
    [InlineData(200, "")]
    [InlineData(500, "internal error")]
    public async Task Unusable_members_answer_is_refused(int status, string body)
    {
        var exception = await Should.ThrowAsync<TiDbApiException>(
            () => Pd("/pd/api/v1/members", body, status).MembersAsync(default));

        exception.Reason.ShouldBe(Reasons.AnswerUnusable);
        exception.Message.ShouldContain("pd1:2379/pd/api/v1/members");
    }

    [Theory]
    [InlineData("""{"header":{"cluster_id":7},"members":[{"name":"pd1"}]}""")]
    [InlineData("""{"header":{"cluster_id":7},"members":[{"member_id":-1}]}""")]
    [InlineData("""{"header":{"cluster_id":7},"members":[{"member_id":1,"client_urls":[null]}]}""")]
    [InlineData("""{"header":{"cluster_id":7},"members":[null]}""")]
    [InlineData("""{"header":{"cluster_id":7},"members":{}}""")]
    [InlineData("""{"header":{"cluster_id":18446744073709551616},"members":[]}""")]
    [InlineData("""{"header":null,"members":[]}""")]
    [InlineData("""{"header":{"cluster_id":7},"members":[{"member_id":1,"name":"\ud800"}]}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task Malformed_member_is_an_unusable_answer(string body)
    {
        var exception = await Should.ThrowAsync<TiDbApiException>(
            () => Pd("/pd/api/v1/members", body).MembersAsync(default));

        (exception.Reason, exception.Status).ShouldBe((Reasons.AnswerUnusable, 200));
    }

    [Fact]
    public async Task Deeply_nested_answer_is_unusable()
    {
        var body =
            $$"""{"header":{"cluster_id":7},"members":[],"x":{{new string('[', 100)}}{{new string(']', 100)}}}""";

        (await Should.ThrowAsync<TiDbApiException>(() => Pd("/pd/api/v1/members", body).MembersAsync(default))).Reason
            .ShouldBe(Reasons.AnswerUnusable);
    }

    [Fact]
    public async Task Null_lists_and_unknown_keys_are_accepted()
    {
        var members = await Pd(
            "/pd/api/v1/members",
            """{"header":{"cluster_id":7,"new":{}},"members":null,"leader":{},"etcd_leader":null,"x":[1]}""")
            .MembersAsync(default);

        (members.Members.Count, members.Leader, members.EtcdLeader).ShouldBe((0, null, null));
    }

    [Theory]
    [InlineData(
        """{"schedule":{"schedulers-v2":[{"type":"evict-leader","args":[7]}]},"replication":{"max-replicas":3}}""")]
    [InlineData(
        """{"schedule":{"schedulers-v2":[{"type":"evict-leader","args":["x"]}]},"replication":{"max-replicas":3}}""")]
    [InlineData("""{"schedule":{"schedulers-v2":[{"args":null}]},"replication":{"max-replicas":3}}""")]
    [InlineData("""{"schedule":{},"replication":{"max-replicas":3}}""")]
    [InlineData("""{"schedule":{"schedulers-v2":null},"replication":{}}""")]
    [InlineData("""{"schedule":{"schedulers-v2":null,"merge-schedule-limit":1.5},"replication":{"max-replicas":3}}""")]
    public async Task Malformed_pd_configuration_is_an_unusable_answer(string body) =>
        (await Should.ThrowAsync<TiDbApiException>(() => Pd("/pd/api/v1/config", body).ScheduleAsync(default))).Reason
            .ShouldBe(Reasons.AnswerUnusable);

    [Fact]
    public async Task Configuration_of_other_schedulers_is_skipped()
    {
        var schedule = await Pd("/pd/api/v1/config", """
            {"schedule":{"merge-schedule-limit":"8","schedulers-v2":[{"disable":true},{"type":"label","args":{"a":1}}]},
             "replication":{"max-replicas":3,"location-labels":["zone","host"]}}
            """).ScheduleAsync(default);

        schedule.Limit("merge-schedule-limit").ShouldBeNull("a text is not a limit");
        schedule.EnabledSchedulers.ShouldBe(1);
        schedule.LocationLabels.ShouldBe(["zone", "host"]);
    }

    [Fact]
    public async Task ConfigTextAsync_returns_configuration_as_PD_wrote_it()
    {
        const string Body = """{"schedule":{"x":1.50},"other":[1, 2]}""";

        (await Pd("/pd/api/v1/config", $" {Body}\n").ConfigTextAsync(default)).ShouldBe(Body);
        await Should.ThrowAsync<TiDbApiException>(
            () => Pd("/pd/api/v1/config", """{"schedule":null}""").ConfigTextAsync(default));
    }

    [Theory]
    [InlineData("""{"ErrMsg":"no pumps"}""", "no pumps")]
    [InlineData("""{"ErrMsg":""}""", "status")]
    [InlineData("""{"status":{"a":{"nodeId":"a"}}}""", "nodeId")]
    [InlineData("""{"status":{"a":null}}""", "pumps")]
    public async Task Malformed_pump_status_is_an_unusable_answer(string body, string datum)
    {
        var client = new BinlogClient(new FakeHttp((_, _, _, _) => new ServiceAnswer(200, null, body)));

        var exception = await Should.ThrowAsync<TiDbApiException>(() => client.PumpsAsync(new("pumps", 8250), default));

        (exception.Reason, exception.Message.Contains(datum, StringComparison.Ordinal))
            .ShouldBe((Reasons.AnswerUnusable, true));
    }

    [Theory]
    [InlineData(200, """{"health":"true"}""", true)]
    [InlineData(503, """{"health":"false"}""", false)]
    [InlineData(200, """{"health":"false"}""", false)]
    [InlineData(200, "<html>ok</html>", false)]
    public async Task PD_member_is_healthy_only_when_body_says_true(int status, string body, bool healthy) =>
        (await Pd("/health", body, status).IsHealthyAsync(Pd1, default)).ShouldBe(healthy);

    [Fact]
    public async Task Schedulers_and_limits_are_parsed_from_persisted_configuration()
    {
        var schedule = await Pd("/pd/api/v1/config", """
            {"schedule":{"merge-schedule-limit":8,"max-merge-region-size":0,"leader-schedule-limit":4,
              "schedulers-v2":[{"type":"balance-region","args":null,"disable":false},{"type":"evict-leader","args":["18446744073709551615"],"disable":false},{"type":"evict-leader","args":["2"],"disable":true}]},
             "replication":{"max-replicas":3,"location-labels":"zone,host"}}
            """).ScheduleAsync(default);

        schedule.Evicted.ShouldBe([ulong.MaxValue]);
        schedule.EnabledSchedulers.ShouldBe(2);
        schedule.LocationLabels.ShouldBe(["zone", "host"]);
        schedule.Merges.ShouldBeFalse();
        PdSchedule.ParseLimits(schedule.LimitsText())["merge-schedule-limit"].ShouldBe(8);
    }

    [Fact]
    public async Task PdClient_asks_next_member_when_one_refuses_connection()
    {
        var http = new FakeHttp((_, host, _, _) => host == "pd1"
            ? throw new ServiceException("x", "refused", isNotTaken: true)
            : new ServiceAnswer(200, null, "\"3.0.9\""));

        (await new PdClient(http, [Pd1, Pd2]).ClusterVersionAsync(default)).ShouldBe("3.0.9");
    }

    [Fact]
    public async Task PdClient_change_that_may_have_run_is_not_repeated_elsewhere()
    {
        var asked = new List<string>();
        var http = new FakeHttp((_, host, _, _) =>
        {
            asked.Add(host);
            throw new ServiceException("x", "cut");
        });

        await Should.ThrowAsync<ServiceException>(() => new PdClient(http, [Pd1, Pd2]).ResignAsync(default));
        asked.ShouldBe(["pd1"]);
    }

    [Fact]
    public async Task SetLimitAsync_fails_when_PD_ignores_the_limit()
    {
        var http = new FakeHttp((method, _, _, _) => method == "POST"
            ? new ServiceAnswer(200, null, "null")
            : new ServiceAnswer(
                200, null,
                """{"schedule":{"merge-schedule-limit":8,"schedulers-v2":[]},"replication":{"max-replicas":3}}"""));

        (await Should.ThrowAsync<TiDbApiException>(() => new PdClient(http, [Pd1]).SetLimitAsync(
            "merge-schedule-limit", 2, default))).Message.ShouldContain("has 8");
    }

    [Fact]
    public async Task EvictLeadersAsync_sends_store_id_as_number()
    {
        var bodies = new List<string?>();
        var http = new FakeHttp((method, _, _, body) =>
        {
            bodies.Add(body);
            return new ServiceAnswer(200, null, method == "GET"
                ? """{"schedule":{"schedulers-v2":[{"type":"evict-leader","args":["7"]}]},"replication":{"max-replicas":3}}"""
                : "null");
        });

        await new PdClient(http, [Pd1]).EvictLeadersAsync(7, default);

        bodies[0].ShouldBe("""{"name":"evict-leader-scheduler","store_id":7}""");
    }

    [Fact]
    public async Task Persisted_scheduler_unknown_to_new_leader_is_readded_and_removed()
    {
        // After a change of the leader DELETE says "scheduler not found" while schedulers-v2 holds it.
        var (persisted, runs, calls) = (true, false, new List<string>());
        var http = new FakeHttp((method, _, path, _) =>
        {
            calls.Add(method);
            switch (method)
            {
                case "POST":
                    runs = true;
                    return new ServiceAnswer(200, null, "null");
                case "DELETE" when !runs:
                    return new ServiceAnswer(500, null, "\"scheduler not found\"");
                case "DELETE":
                    persisted = false;
                    return new ServiceAnswer(200, null, "null");
                default:
                    var scheduler = persisted ? """{"type":"evict-leader","args":["7"],"disable":false}""" : "";
                    return new ServiceAnswer(
                        200, null,
                        $$"""{"schedule":{"schedulers-v2":[{{scheduler}}]},"replication":{"max-replicas":3} }""");
            }
        });

        await new PdClient(http, [Pd1]).LetLeadersBackAsync(7, default);

        persisted.ShouldBeFalse();
        calls.ShouldBe(["GET", "DELETE", "GET", "POST", "DELETE", "GET"]);
    }

    [Fact]
    public async Task TiDB_status_version_is_parsed_from_TiDB_suffix_only()
    {
        (await Tidb("/status", """{"connections":0,"version":"5.7.25-TiDB-v3.0.9","git_hash":"x"}""")
            .VersionAsync(new("t", 10080), default)).ShouldBe("3.0.9");
        await Should.ThrowAsync<TiDbApiException>(() =>
            Tidb("/status", """{"connections":0,"version":"5.7.25-MariaDB"}""").VersionAsync(new("t", 10080), default));
        await Should.ThrowAsync<TiDbApiException>(
            () => Tidb("/status", """{"version":"x"}""", 500).VersionAsync(new("t", 10080), default));
    }

    [Fact]
    public async Task TiDB_servers_without_consistency_flag_are_inconsistent()
    {
        var all = await Tidb(
            "/info/all",
            """{"servers_num":1,"owner_id":"u","all_servers_info":{"u":{"ddl_id":"u","ip":"10.0.0.1","listening_port":4000,"status_port":10080,"version":"5.7.25-TiDB-v2.1.19"}}}""")
            .AllAsync(new("t", 10080), default);

        all.IsConsistent.ShouldBeFalse();
        all.Servers.ShouldHaveSingleItem()
            .ShouldBe(new TidbServerInfo(false, "10.0.0.1:4000", "2.1.19") { StatusPort = 10080 });
    }

    [Fact]
    public async Task ResignDdlOwnerAsync_accepts_answer_of_a_non_owner()
    {
        (await Tidb("/ddl/owner/resign", "This node is not a ddl owner, can't be resigned.", 400)
            .ResignDdlOwnerAsync(new("t", 10080), default)).ShouldBeTrue();
        (await Tidb("/ddl/owner/resign", "404 page not found", 404).ResignDdlOwnerAsync(new("t", 10080), default))
            .ShouldBeFalse();
        await Should.ThrowAsync<TiDbApiException>(
            () => Tidb("/ddl/owner/resign", "oops", 500).ResignDdlOwnerAsync(new("t", 10080), default));
    }

    [Fact]
    public async Task Pump_and_drainer_status_are_parsed()
    {
        var pumps = await new BinlogClient(new FakeHttp((_, _, _, _) => new ServiceAnswer(
            200, null,
            """{"status":{"a:8250":{"nodeId":"a:8250","host":"10.0.0.1:8250","state":"online","isAlive":true,"score":0}},"CommitTS":1,"Checkpoint":{},"ErrMsg":""}""")))
            .PumpsAsync(new("p", 8250), default);
        var drainer = await new BinlogClient(new FakeHttp((_, _, _, _) => new ServiceAnswer(
            200, null, """{"PumpPos":{"ip:8250":1},"Synced":true,"LastTS":18446744073709551615,"TsMap":""}""")))
            .DrainerAsync(new("d", 8249), default);

        pumps.ShouldHaveSingleItem().ShouldBe(new BinlogNode("a:8250", "10.0.0.1:8250", "online"));
        drainer.LastTs.ShouldBe(ulong.MaxValue);
    }

    [Theory]
    [InlineData("none", false)]
    [InlineData("running", false)]
    [InlineData("done", false)]
    [InlineData("paused", false)]
    [InlineData("something new", false)]
    [InlineData("synced", true)]
    [InlineData("rollback done", true)]
    [InlineData("cancelled", true)]
    public void DdlJob_has_ended_only_in_known_final_states(string state, bool ended) =>
        new DdlJob("1", "orders", "t", "add index", state).HasEnded.ShouldBe(ended);

    [Fact]
    public void Metrics_are_summed_by_name_and_label()
    {
        var metrics = PrometheusText.Read(
            new ServiceAnswer(
                200, null,
                "# TYPE x counter\na{type=\"leader\",s=\"}\"} 3\na{type=\"region\"} 9 1500000000\nb 1.5e2\nbroken\n"),
            "x");

        metrics.Sum(n => n == "a", l => l.Contains("leader", StringComparison.Ordinal)).ShouldBe(3);
        metrics.Sum(n => n == "a").ShouldBe(12);
        metrics.Sum(n => n == "b").ShouldBe(150);
        metrics.Sum(n => n == "c").ShouldBeNull();
        Should.Throw<TiDbApiException>(() => PrometheusText.Read(new ServiceAnswer(200, null, "<html>"), "x"));
    }

    [Theory]
    [InlineData("Release Version: v3.0.9\nGit Commit Hash: c97e501d5054ed63c325c02b581a7c1a661cbd42\n", "3.0.9")]
    [InlineData("TiKV \nRelease Version:   3.0.9\nGit Commit Hash:   fa6e6d3\n", "3.0.9")]
    [InlineData("command not found", null)]
    public void Program_output_is_parsed_into_version(string output, string? version) =>
        ToolOutput.Version(output).ShouldBe(version);

    [Theory]
    [InlineData("2.1.19", "3.0.9", true)]
    [InlineData("v2.0.1", "v3.0.9", true)]
    [InlineData("3.0.5", "3.0.20", true)]
    [InlineData("2.0.0", "3.0.9", false)]
    [InlineData("2.1.19", "3.1.0", false)]
    [InlineData("2.1.19", "2.1.20", false)]
    [InlineData("3.0.10", "3.0.9", false)]
    [InlineData("10.0.0", "3.0.9", false)]
    [InlineData("two", "3.0.9", false)]
    [InlineData("3.0.0-rc.1", "3.0.0", true)]
    [InlineData("3.0.0-beta.1", "3.0.0-rc.1", true)]
    [InlineData("3.0.0-rc.10", "3.0.0-rc.9", false)]
    [InlineData("3.0.0", "3.0.0-rc.1", false)]
    [InlineData("3.0.9", "3.0.9-6-gabc", false)]
    [InlineData("2.1.19", "v3.0.0-nightly", false)]
    [InlineData("3.0.0-alpha-12-gabc", "3.0.9", false)]
    public void TiDbVersion_upgrade_paths_are_compared_as_numbers(string from, string to, bool allowed) =>
        (TiDbVersion.Obstacle(from, to) is null).ShouldBe(allowed);

    [Theory]
    [InlineData("nightly", "3.0.9")]
    [InlineData("2.1.19", "latest")]
    public void Nightly_build_is_refused_by_name(string from, string to) =>
        TiDbVersion.Obstacle(from, to).ShouldBeWorded();

    private static PdClient Pd(string path, string body, int status = 200) =>
        new(new FakeHttp((_, _, asked, _) => new ServiceAnswer(asked == path ? status : 404, null, body)), [Pd1]);

    private static TidbStatusClient Tidb(string path, string body, int status = 200) =>
        new(new FakeHttp((_, _, asked, _) => new ServiceAnswer(asked == path ? status : 404, null, body)));

    private sealed class FakeHttp(Func<string, string, string, string?, ServiceAnswer> answer) : IServiceHttp
    {
        public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
            AnswerAsync("GET", host, path, null);

        public Task<ServiceAnswer> SendAsync(
            HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
            AnswerAsync(method.Method, host, path, json);

        public void Dispose()
        {
        }

        private async Task<ServiceAnswer> AnswerAsync(string method, string host, string path, string? json)
        {
            await Task.CompletedTask;
            return answer(method, host, path, json);
        }
    }
}
