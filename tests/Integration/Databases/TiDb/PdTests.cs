using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>PD answers as docs/project/research/tidb.md#pd-as-observed says.</summary>
[Collection(TiDbLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class PdTests(TiDbLab lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PD_follower_forwards_to_leader_except_own_health()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var (leader, follower) = (await cluster.LeaderAsync(), await cluster.FollowerAsync());

        (await cluster.JsonAsync(follower, "/pd/api/v1/leader", Token)).GetProperty("name").GetString()
            .ShouldBe(leader.Name);
        (await cluster.HttpAsync(follower, HttpMethod.Get, "/health", cancellationToken: Token))
            .ShouldBe((HttpStatusCode.OK, """{"health":"true"}"""));
        (await cluster.HttpAsync(follower, HttpMethod.Get, "/pd/ping", cancellationToken: Token))
            .ShouldBe((HttpStatusCode.OK, ""));
        (await cluster.HttpAsync(follower, HttpMethod.Head, "/pd/api/v1/version", cancellationToken: Token)).Status
            .ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await cluster.HttpAsync(follower, HttpMethod.Get, "/pd/api/v1/version", cancellationToken: Token)).Body
            .ShouldBe("{\n  \"version\": \"1.0.0\"\n}\n");
        var calls = cluster.Directory.Record().Where(e => e is { Event: "http", What: "GET /pd/api/v1/leader" })
            .TakeLast(2).Select(e => e.Process);
        calls.ShouldBe([leader.Name, follower.Name], "both were asked, and the leader answered first");

        // Frozen, it neither answers nor is it reported as healthy by the others.
        await cluster.SignalAsync(follower, LabSignal.Stop, Token);
        await Questions.UntilAsync("the frozen member to be missed", async () => (await cluster.JsonAsync(
            leader, "/pd/health", Token)).EnumerateArray().Count(m => !m.GetProperty("health").GetBoolean()) == 1);
        await cluster.SignalAsync(follower, LabSignal.Continue, Token);
    }

    [Fact]
    public async Task PD_ids_are_unsigned_and_zero_values_absent()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;

        var members = await cluster.PdAsync("/members");
        members.GetProperty("members").EnumerateArray()
            .ShouldAllBe(m => m.GetProperty("member_id").GetUInt64() > long.MaxValue && !Has(m, "leader_priority"));
        members.GetProperty("leader").GetProperty("name").GetString()
            .ShouldBe(members.GetProperty("etcd_leader").GetProperty("name").GetString());
        var store = await cluster.StoreAsync("tikv-1");
        Has(store.GetProperty("store"), "state").ShouldBeFalse();
        store.GetProperty("store").GetProperty("labels")[0].GetProperty("value").GetString().ShouldBe("two1");
        store.GetProperty("status").GetProperty("capacity").GetString().ShouldBe("1.0 TiB");
        Has(store.GetProperty("status"), "is_busy").ShouldBeFalse();
        (await cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Get, "/pd/api/v1/store/77", cancellationToken: Token))
            .ShouldBe((HttpStatusCode.InternalServerError, "\"invalid store ID 77, not found\"\n"));

        await cluster.EvictAsync("tikv-1");
        await Questions.UntilAsync("leader_count to be absent", async () => !Has(
            (await cluster.StoreAsync("tikv-1")).GetProperty("status"), "leader_count"));
        await cluster.EndEvictAsync("tikv-1");
    }

    [Fact]
    public async Task Etcd_gateway_of_PD_has_every_registered_TiDB()
    {
        const string Servers = """{"key":"L3RpZGIvc2VydmVyL2luZm8v","range_end":"L3RpZGIvc2VydmVyL2luZm8w"}""";
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;

        var (status, body) = await cluster.HttpAsync(
            await cluster.FollowerAsync(), HttpMethod.Post, "/v3alpha/kv/range", Servers, cancellationToken: Token);
        status.ShouldBe(HttpStatusCode.OK);
        using var answer = JsonDocument.Parse(body);
        var entries = answer.RootElement.GetProperty("kvs").EnumerateArray().ToList();
        entries.Count.ShouldBe(3);
        using var registered = JsonDocument.Parse(entries[0].GetProperty("value").GetBytesFromBase64());
        var info = registered.RootElement;
        info.GetProperty("listening_port").GetInt32().ShouldBe(4000);
        Encoding.UTF8.GetString(entries[0].GetProperty("key").GetBytesFromBase64())
            .ShouldBe($"/tidb/server/info/{info.GetProperty("ddl_id").GetString()}");
        (await cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Post, "/v3/kv/range", Servers, cancellationToken: Token)).Status
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task PD_configuration_merges_known_keys_and_ignores_others()
    {
        await using var two = await lab.TwoAsync();
        await using var three = await lab.ThreeAsync();
        var pd = two.Cluster.Instance("pd-1");

        (await two.Cluster.HttpAsync(
            pd, HttpMethod.Post, "/pd/api/v1/config", """{"merge-schedule-limit":2,"no-such-key":7}""", Token))
            .ShouldBe((HttpStatusCode.OK, "null\n"));
        (await two.Cluster.HttpAsync(pd, HttpMethod.Post, "/pd/api/v1/config", "{", Token)).Status
            .ShouldBe(HttpStatusCode.InternalServerError);
        (await two.Cluster.HttpAsync(
            pd, HttpMethod.Post, "/pd/api/v1/config", """{"merge-schedule-limit":"two"}""", Token)).Status
            .ShouldBe(HttpStatusCode.InternalServerError);
        var schedule = (await two.Cluster.PdAsync("/config")).GetProperty("schedule");
        schedule.GetProperty("merge-schedule-limit").GetInt32().ShouldBe(2);
        schedule.GetProperty("max-merge-region-size").GetInt32().ShouldBe(0);
        schedule.GetProperty("replica-schedule-limit").GetInt32().ShouldBe(8);
        Has(schedule, "no-such-key").ShouldBeFalse();
        (await two.Cluster.PdAsync("/config/replicate")).EnumerateObject().Select(p => p.Name)
            .ShouldBe(["max-replicas", "location-labels"], ignoreOrder: true);
        (await two.Cluster.PdAsync("/config/replicate")).GetProperty("location-labels").GetString().ShouldBe("host");
        (await two.Cluster.PdAsync("/config/cluster-version")).GetString().ShouldBe("2.1.19");
        (await two.Cluster.HttpAsync(
            pd, HttpMethod.Get, "/pd/api/v1/regions/check/offline-peer", cancellationToken: Token)).Status
            .ShouldBe(HttpStatusCode.NotFound);

        (await three.Cluster.PdAsync("/config/replicate")).GetProperty("strictly-match-label").GetString()
            .ShouldBe("false");
        (await three.Cluster.PdAsync("/config/schedule")).GetProperty("max-merge-region-size").GetInt32().ShouldBe(20);
        (await three.Cluster.PdAsync("/regions/check/offline-peer")).GetProperty("count").GetInt32().ShouldBe(0);
        (await two.Cluster.HttpAsync(
            pd, HttpMethod.Post, "/pd/api/v1/config", """{"merge-schedule-limit":8}""", Token)).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PD_resign_is_asynchronous_and_priority_returns_leadership()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var leader = await cluster.LeaderAsync();

        (await cluster.HttpAsync(leader, HttpMethod.Post, "/pd/api/v1/leader/resign", cancellationToken: Token))
            .ShouldBe((HttpStatusCode.OK, "null\n"));
        cluster.Truth().PdLeader.ShouldBe(leader.Name);
        await cluster.UntilAsync("another leader", t => t.PdLeader.Length > 0 && t.PdLeader != leader.Name);

        (await cluster.HttpAsync(
            leader, HttpMethod.Post, $"/pd/api/v1/members/name/{leader.Name}", """{"leader-priority":5}""", Token))
            .ShouldBe((HttpStatusCode.OK, "\"success\"\n"));
        await cluster.UntilAsync("the leadership to come back", t => t.PdLeader == leader.Name);
        (await cluster.PdAsync("/leader")).GetProperty("leader_priority").GetInt32().ShouldBe(5);
        await cluster.HttpAsync(
            leader, HttpMethod.Post, $"/pd/api/v1/members/name/{leader.Name}", """{"leader-priority":0}""", Token);
        cluster.Directory.Violations().ShouldBeEmpty();
    }

    [Fact]
    public async Task PD_without_leader_or_quorum_answers_with_own_errors()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var leader = await cluster.LeaderAsync();
        var others = cluster.Of("pd").Where(i => i != leader).ToList();
        await cluster.StopAsync(leader, Token);
        await cluster.UntilAsync("another leader", t => t.PdLeader.Length > 0 && t.PdLeader != leader.Name);
        cluster.Directory.Violations().Words().ShouldBe(["LeaderStoppedWithoutResign"]);

        await cluster.StopAsync(others[0], Token);
        await cluster.UntilAsync("no leader", t => t.PdLeader.Length == 0);

        (await cluster.HttpAsync(others[1], HttpMethod.Get, "/health", cancellationToken: Token))
            .ShouldBe((HttpStatusCode.ServiceUnavailable, """{"health":"false"}"""));
        (await cluster.HttpAsync(others[1], HttpMethod.Get, "/pd/api/v1/members", cancellationToken: Token))
            .ShouldBe((HttpStatusCode.InternalServerError, "redirect failed\n"));
        await cluster.UntilAsync("the violation", _ => cluster.Directory.Violations().Words().Contains("QuorumLost"));
        await cluster.StartAsync(leader, Token);
        await cluster.UntilAsync("a leader again", t => t.PdLeader.Length > 0);
    }

    [Fact]
    public async Task Evict_scheduler_is_hidden_from_removal_after_leader_change()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        (await cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Post, "/pd/api/v1/schedulers",
            """{"name":"evict-leader-scheduler","store_id":"1"}""", Token))
            .ShouldBe((HttpStatusCode.BadRequest, "\"missing store id\"\n"));
        (await cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Post, "/pd/api/v1/schedulers",
            """{"name":"evict-leader-scheduler","store_id":99}""", Token))
            .ShouldBe((HttpStatusCode.InternalServerError, "\"store.block: store 99 not found\"\n"));
        (await cluster.EvictAsync("tikv-2")).ShouldBe((HttpStatusCode.OK, "null\n"));
        (await cluster.EvictAsync("tikv-2")).ShouldBe((HttpStatusCode.InternalServerError, "\"scheduler existed\"\n"));
        var name = $"evict-leader-scheduler-{cluster.Truth().Stores["tikv-2"].Id}";
        (await cluster.PdAsync("/schedulers")).EnumerateArray().Select(s => s.GetString()).ShouldBe(
            [
                "balance-region-scheduler", "balance-leader-scheduler", "balance-hot-region-scheduler",
                "label-scheduler", name
            ]);
        await cluster.UntilAsync("the drain", t => t.Stores["tikv-2"].Leaders == 0);

        var leader = await cluster.LeaderAsync();
        await cluster.HttpAsync(leader, HttpMethod.Post, "/pd/api/v1/leader/resign", cancellationToken: Token);
        await cluster.UntilAsync("another leader", t => t.PdLeader.Length > 0 && t.PdLeader != leader.Name);

        (await cluster.PdAsync("/schedulers")).GetArrayLength().ShouldBe(0);
        (await cluster.LeaderCountAsync("tikv-1"))
            .ShouldBeLessThan(cluster.Truth().Stores["tikv-1"].Leaders, "the new leader has not heard of all Regions");
        (await cluster.EndEvictAsync("tikv-2"))
            .ShouldBe((HttpStatusCode.InternalServerError, "\"scheduler not found\"\n"));
        (await cluster.PdAsync("/config")).GetProperty("schedule").GetProperty("schedulers-v2").EnumerateArray()
            .ShouldContain(s => s.GetProperty("type").GetString() == "evict-leader"
                && s.GetProperty("args")[0].GetString() == name.Substring(name.LastIndexOf('-') + 1));
        await Questions.UntilAsync("the schedulers to be back", async () =>
            (await cluster.PdAsync("/schedulers")).EnumerateArray().Any(s => s.GetString() == name));
        (await cluster.EndEvictAsync("tikv-2")).ShouldBe((HttpStatusCode.OK, "null\n"));
        cluster.Truth().EvictedStores.ShouldBeEmpty();
    }

    [Fact]
    public async Task Scheduler_added_after_leader_change_can_be_removed()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        await cluster.EvictAsync("tikv-3");
        var leader = await cluster.LeaderAsync();
        await cluster.HttpAsync(leader, HttpMethod.Post, "/pd/api/v1/leader/resign", cancellationToken: Token);
        await cluster.UntilAsync("another leader", t => t.PdLeader.Length > 0 && t.PdLeader != leader.Name);

        (await cluster.EvictAsync("tikv-3")).ShouldBe((HttpStatusCode.OK, "null\n"));
        (await cluster.EndEvictAsync("tikv-3")).ShouldBe((HttpStatusCode.OK, "null\n"));
        cluster.Truth().EvictedStores.ShouldBeEmpty();
    }

    private static bool Has(JsonElement element, string name) => element.TryGetProperty(name, out _);
}
