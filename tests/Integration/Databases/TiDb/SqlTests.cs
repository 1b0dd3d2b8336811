using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>TiDB's two ports answer as docs/project/research/tidb.md#tidb-server says.</summary>
[Collection(TiDbLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class SqlTests(TiDbLab lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DDL_job_columns_follow_the_TiDB_version()
    {
        await using var two = await lab.TwoAsync();
        await using var three = await lab.ThreeAsync();
        foreach (var cluster in new[] { two.Cluster, three.Cluster })
        {
            await Questions.ExecuteAsync(
                cluster.Instance("tidb-1"), "CREATE TABLE test.jobs (id INT PRIMARY KEY, name VARCHAR(20))");
            await Questions.ExecuteAsync(cluster.Instance("tidb-2"), "DROP TABLE test.jobs");
        }

        string[] columns =
        [
            "JOB_ID", "DB_NAME", "TABLE_NAME", "JOB_TYPE", "SCHEMA_STATE", "SCHEMA_ID", "TABLE_ID", "ROW_COUNT",
            "START_TIME", "STATE"
        ];
        (await Questions.RowsAsync(two.Cluster.Instance("tidb-1"), "ADMIN SHOW DDL JOBS"))[0].Keys.ShouldBe(columns);
        var newest = (await Questions.RowsAsync(three.Cluster.Instance("tidb-3"), "admin show ddl jobs"))[0];
        newest.Keys.ShouldBe([.. columns[..^1], "END_TIME", "STATE"]);
        (newest["JOB_TYPE"], newest["STATE"], newest["TABLE_NAME"]).ShouldBe(("drop table", "synced", "jobs"));
        (await Questions.RowsAsync(two.Cluster.Instance("tidb-1"), "ADMIN SHOW DDL"))[0].Keys
            .ShouldNotContain("OWNER_ADDRESS");
        (await Questions.RowsAsync(three.Cluster.Instance("tidb-1"), "ADMIN SHOW DDL"))[0]["OWNER_ADDRESS"]
            .ShouldNotBeNull();
        two.Cluster.Directory.Violations().ShouldBeEmpty("all are of one version");
    }

    [Fact]
    public async Task Running_DDL_job_is_listed_and_can_be_cancelled()
    {
        await using var turn = await lab.TwoAsync();
        var tidb = turn.Cluster.Instance("tidb-1");
        await Questions.ExecuteAsync(tidb, "CREATE TABLE test.long_one (a INT)");
        await turn.Cluster.FaultAsync("tidb-1", "ddl", "delay", delay: "1m");
        var index = Questions.ExecuteAsync(tidb, "ALTER TABLE test.long_one ADD INDEX i (a)");
        IReadOnlyDictionary<string, string?> job = new Dictionary<string, string?>();

        await Questions.UntilAsync("the job to run", async () => (job = (await Questions.RowsAsync(
            turn.Cluster.Instance("tidb-2"), "ADMIN SHOW DDL JOBS"))[0])["STATE"] == "running");
        job["JOB_TYPE"].ShouldBe("add index");
        job["SCHEMA_STATE"].ShouldBe("write reorganization");
        (await Questions.RowsAsync(tidb, $"ADMIN CANCEL DDL JOBS {job["JOB_ID"]}"))[0]["RESULT"].ShouldBe("successful");
        (await Should.ThrowAsync<MySqlSessionException>(() => index)).Number.ShouldBe(8214);
        (await Questions.RowsAsync(tidb, "ADMIN SHOW DDL JOBS"))[0]["STATE"].ShouldBe("cancelled");
        turn.Cluster.Truth().UnfinishedJobs.ShouldBe(0);
    }

    [Fact]
    public async Task Ordinary_statements_work_with_ordinary_client()
    {
        await using var turn = await lab.TwoAsync();
        var tidb = turn.Cluster.Instance("tidb-1");

        await using var session = await Questions.SqlAsync(tidb);
        session.Version.ShouldBe("5.7.25-TiDB-v2.1.19");
        await Questions.ExecuteAsync(tidb, "CREATE TABLE test.things (k VARCHAR(64) PRIMARY KEY, v VARCHAR(255))");
        await Questions.ExecuteAsync(tidb, "INSERT INTO test.things (k, v) VALUES ('a', 'it''s'), ('b', NULL)");
        await Questions.ExecuteAsync(
            turn.Cluster.Instance("tidb-2"), "UPDATE test.things SET v = 'more' WHERE k = 'b'");
        (await Questions.RowsAsync(turn.Cluster.Instance("tidb-3"), "SELECT * FROM test.things"))
            .Select(r => (r["k"], r["v"])).ShouldBe([("a", "it's"), ("b", "more")]);
        (await Should.ThrowAsync<MySqlSessionException>(
            () => Questions.ExecuteAsync(tidb, "INSERT INTO test.things VALUES ('a', 'x')"))).Number.ShouldBe(1062);
        (await Should.ThrowAsync<MySqlSessionException>(
            () => Questions.ExecuteAsync(tidb, "SELECT no_such_function(1)"))).Message.ShouldContain("stand-in");
        (await Should.ThrowAsync<MySqlSessionException>(() => Questions.SqlAsync(tidb, "root", "wrong"))).Number
            .ShouldBe(1045);
        // Another test's new TiDB may have raised it before.
        int.Parse(
            (await Questions.RowsAsync(
                tidb, "SELECT VARIABLE_VALUE FROM mysql.tidb WHERE "
                    + "VARIABLE_NAME='tidb_server_version'"))[0]["VARIABLE_VALUE"]!,
            CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(23);
        (await Questions.RowsAsync(tidb, "SHOW DATABASES")).Select(r => r["Database"]).ShouldContain("test");
        await Questions.ExecuteAsync(tidb, "DROP TABLE test.things");
    }

    [Fact]
    public async Task Statement_waits_for_PD_election_and_succeeds()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        await Questions.ExecuteAsync(
            cluster.Instance("tidb-1"), "CREATE TABLE test.waits (k VARCHAR(64) PRIMARY KEY, v INT)");

        await cluster.SignalAsync(await cluster.LeaderAsync(), LabSignal.Kill, Token);
        await Questions.ExecuteAsync(cluster.Instance("tidb-1"), "INSERT INTO test.waits VALUES ('a', 1)");

        (await cluster.HttpAsync(cluster.Instance("tidb-1"), HttpMethod.Get, "/metrics", cancellationToken: Token)).Body
            .ShouldContain("tidb_tikvclient_backoff_count");
        await Questions.ExecuteAsync(cluster.Instance("tidb-1"), "DROP TABLE test.waits");
    }

    [Fact]
    public async Task TiDB_status_port_lists_servers_and_resigns_owner()
    {
        await using var turn = await lab.ThreeAsync();
        var cluster = turn.Cluster;
        var all = await cluster.JsonAsync(cluster.Instance("tidb-1"), "/info/all", Token);
        all.GetProperty("servers_num").GetInt32().ShouldBe(3);
        all.GetProperty("is_all_server_version_consistent").GetBoolean().ShouldBeTrue();
        var infos = await Task.WhenAll(cluster.Of("tidb").Select(i => cluster.JsonAsync(i, "/info", Token)));
        var owner = Array.FindIndex(infos, i => i.GetProperty("is_owner").GetBoolean());
        infos[owner].GetProperty("ddl_id").GetString().ShouldBe(all.GetProperty("owner_id").GetString());

        (await cluster.HttpAsync(
            cluster.Of("tidb").ElementAt((owner + 1) % 3), HttpMethod.Post, "/ddl/owner/resign",
            cancellationToken: Token)).ShouldBe(
            (HttpStatusCode.BadRequest, "This node is not a ddl owner, can't be resigned."));
        (await cluster.HttpAsync(
            cluster.Of("tidb").ElementAt(owner), HttpMethod.Post, "/ddl/owner/resign", cancellationToken: Token)).Status
            .ShouldBe(HttpStatusCode.OK);
        (await cluster.JsonAsync(cluster.Of("tidb").ElementAt(owner), "/info", Token))
            .GetProperty("is_owner").GetBoolean().ShouldBeFalse();
        (await cluster.JsonAsync(cluster.Instance("tidb-1"), "/ddl/history?limit=1", Token)).GetArrayLength()
            .ShouldBeLessThan(2);
    }

    [Fact]
    public async Task New_TiDB_upgrades_system_tables_before_opening_its_port()
    {
        await using var turn = await lab.TwoAsync();
        var cluster = turn.Cluster;
        var package = await cluster.BringPackageAsync("3.0.9", Token);
        var tidb = cluster.Instance("tidb-3");
        await cluster.StopAsync(tidb, Token);
        await ByHand.GoneAsync(tidb);
        await cluster.FaultAsync("tidb-3", "bootstrap", "delay", delay: "700ms");

        await TiDbCluster.RunAsync(tidb, $"cd {tidb.DeployDir} && sed 's#exec bin/#exec {package}/bin/#' "
            + "scripts/run_tidb.sh >scripts/run_new.sh && nohup bash scripts/run_new.sh >/dev/null 2>&1 & echo", Token);
        await cluster.UntilAsync("the process to be there", t => t.Versions["tidb-3"] == "3.0.9");
        await Should.ThrowAsync<HttpRequestException>(
            () => cluster.HttpAsync(tidb, HttpMethod.Get, "/status", cancellationToken: Token));
        cluster.Truth().BootstrapVersion.ShouldBe(23);

        await cluster.UntilAsync("the upgrade of the system tables", t => t.BootstrapVersion == 33);
        await Questions.PortAsync(tidb, open: true);
        var all = await cluster.JsonAsync(cluster.Instance("tidb-1"), "/info/all", Token);
        all.TryGetProperty("is_all_server_version_consistent", out _).ShouldBeFalse("false is absent");
        all.GetProperty("all_servers_diff_versions").GetArrayLength().ShouldBe(2);
        cluster.Directory.Violations().Words().ShouldBe(["WrongOrder"]);
        await TiDbCluster.RunAsync(tidb, $"pkill -TERM -f '^{package}/bin/tidb-server '", Token);
        await Questions.PortAsync(tidb, open: false);
    }
}
