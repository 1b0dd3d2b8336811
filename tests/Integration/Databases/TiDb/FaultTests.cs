using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>The stand-ins misbehave on demand, as often as they are told to.</summary>
[Collection(TiDbLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class FaultTests(TiDbLab lab)
{
    private const string Resign = "call:POST /pd/api/v1/leader/resign";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Faulted_call_fails_lies_is_ignored_or_loses_answer()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var leader = await cluster.LeaderAsync();
        Task<(HttpStatusCode Status, string Body)> ResignAsync() =>
            cluster.HttpAsync(leader, HttpMethod.Post, "/pd/api/v1/leader/resign", cancellationToken: Token);

        await cluster.FaultAsync(leader.Name, Resign, "fail", "out of luck", status: 503);
        (await ResignAsync()).ShouldBe((HttpStatusCode.ServiceUnavailable, "out of luck"));
        (await cluster.Directory.FaultsAsync(Token)).Single().Times.ShouldBe(0);
        await cluster.FaultAsync("pd-*", "call:GET /pd/api/v1/stores", "lie", """{"count":0,"stores":[]}""");
        (await cluster.PdAsync("/stores")).GetProperty("count").GetInt32().ShouldBe(0);
        (await cluster.PdAsync("/stores")).GetProperty("count").GetInt32().ShouldBe(3);
        await cluster.FaultAsync(leader.Name, Resign, "ignore");
        (await ResignAsync()).ShouldBe((HttpStatusCode.OK, "null"));
        cluster.Truth().PdLeader.ShouldBe(leader.Name);

        await cluster.FaultAsync(leader.Name, Resign, "cut");
        // By a client that asks once: 52 is an empty reply.
        (await TiDbCluster.RunAsync(
            leader, $"curl -s -o /dev/null -X POST {leader.Http("/pd/api/v1/leader/resign")}; printf %s $?", Token))
            .ShouldBe("52");
        await cluster.UntilAsync("it to be done all the same", t => t.PdLeader.Length > 0 && t.PdLeader != leader.Name);
        cluster.Directory.Record().Count(e => e.Event == "fault").ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task Process_that_crashes_at_a_call_is_restarted_by_systemd()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var tidb = cluster.Instance("tidb-2");
        var starts = cluster.Truth().Starts["tidb-2"];
        await cluster.FaultAsync("tidb-2", "call:GET /status", "crash");

        await Should.ThrowAsync<HttpRequestException>(
            () => cluster.HttpAsync(tidb, HttpMethod.Get, "/status", cancellationToken: Token));

        await cluster.UntilAsync("it to be back", t => t.Starts["tidb-2"] == starts + 1);
        await Questions.PortAsync(tidb, open: true);
    }

    [Fact]
    public async Task Stop_fault_lets_process_linger_or_ignore_signal()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var pd = await cluster.FollowerAsync();

        await cluster.FaultAsync(pd.Name, "stop", "linger", delay: "800ms");
        await cluster.SignalAsync(pd, LabSignal.Terminate, Token);
        await Questions.UntilAsync("the others to miss it", async () => (await cluster.HttpAsync(
            pd, HttpMethod.Get, "/health", cancellationToken: Token)).Status == HttpStatusCode.ServiceUnavailable);
        await cluster.WaitUntilAtRestAsync(Token);

        await cluster.FaultAsync("tidb-1", "stop", "ignore");
        var tidb = cluster.Instance("tidb-1");
        var id = await TiDbCluster.RunAsync(tidb, "pgrep -f '^bin/tidb-server '", Token);
        await cluster.SignalAsync(tidb, LabSignal.Terminate, Token);
        await cluster.UntilAsync("the signal", _ => cluster.Directory.Record().Any(
            e => e is { Process: "tidb-1", Event: "fault", What: "stop" }));
        (await TiDbCluster.RunAsync(tidb, "pgrep -f '^bin/tidb-server '", Token)).ShouldBe(id);
    }

    [Fact]
    public async Task Isolated_host_counts_as_gone_and_returns()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var leader = await cluster.LeaderAsync();
        var tikv = cluster.Of("tikv").Single(i => i.Host == leader.Host);

        await leader.Host.CutAsync();
        await cluster.UntilAsync("another leader", t => t.PdLeader.Length > 0 && t.PdLeader != leader.Name);
        var seen = cluster.Of("pd").First(i => i != leader);
        await Questions.UntilAsync("its store to be Disconnected", async () =>
            (await cluster.JsonAsync(seen, $"/pd/api/v1/store/{cluster.Truth().Stores[tikv.Name].Id}", Token))
                .GetProperty("store").GetProperty("state_name").GetString() == "Disconnected");

        await leader.Host.MendAsync();
        await cluster.WaitUntilAtRestAsync(Token);
        cluster.Directory.Violations().ShouldBeEmpty();
    }
}
