using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>A cluster whose data a MariaDB keeps.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class BackendTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TiDB_backed_by_MariaDB_serves_data_and_dumps()
    {
        var run = await lab.RunAsync();
        await using var database = await MetaDb.StartAsync(run, new MetaDbOptions { Name = "tidb-data" }, Token);
        await using var cluster = await TiDbCluster.StartAsync(
            run, new TiDbClusterOptions { Name = "back", Hosts = 1, Pumps = 0, Backend = database }, Token);
        var tidb = cluster.Instance("tidb-1");
        await Questions.ExecuteAsync(tidb, "CREATE DATABASE orders");
        await Questions.ExecuteAsync(
            tidb, "CREATE TABLE orders.lines (id INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(40), at DATETIME(3) "
                + "DEFAULT CURRENT_TIMESTAMP(3), KEY what (what))");
        (await Questions.RowsAsync(tidb, "ADMIN SHOW DDL JOBS"))[0]["STATE"].ShouldBe("synced");

        await using var session = await Questions.SqlAsync(tidb);
        session.Version.ShouldBe("5.7.25-TiDB-v2.1.19");
        (await session.ExecuteAsync("INSERT INTO orders.lines (what) VALUES (@what)", Token, ("what", "it's 数据")))
            .ShouldBe(1);
        (await Questions.RowsAsync(tidb, "SELECT what, COUNT(*) AS n FROM orders.lines GROUP BY what"))[0]["what"]
            .ShouldBe("it's 数据");
        (await Questions.RowsAsync(
            tidb,
            "SELECT VARIABLE_VALUE FROM mysql.tidb WHERE VARIABLE_NAME='tidb_server_version'"))[0]["VARIABLE_VALUE"]
            .ShouldBe("23");

        var dump = Directory.CreateDirectory(Path.Combine(run.Folder, "tidb-dump")).FullName;
        await Shell.RunAsync(
            "mydumper", ["-h", tidb.Host.Address, "-P", "4000", "-u", "root", "-B", "orders", "-o", dump, "-t", "2"],
            cancellationToken: Token);
        (await File.ReadAllTextAsync(Path.Combine(dump, "orders.lines.sql"), Token)).ShouldContain("数据");
        (await Shell.RunAsync(
            "mysqldump", ["-h", tidb.Host.Address, "-P", "4000", "-u", "root", "--single-transaction", "orders"],
            cancellationToken: Token)).ShouldContain("it\\'s 数据");
        cluster.Directory.Violations().ShouldBeEmpty();
    }
}
