using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class SqlShellTests(LabFixture lab) : YugabyteTest(lab)
{
    [Fact]
    public async Task Sql_shell_lists_databases_and_extensions()
    {
        await using var cluster = await StartAsync(new() { Naming = YugabyteNaming.Bmdb, Extensions = ["hll"] });

        (await AskAsync(cluster, "postgres", "select datname from pg_database where datallowconn order by 1")).OrThrow()
            .Split('\n')
            .ShouldBe(["postgres", "system_platform", "template1", "yugabyte"]);
        (await AskAsync(cluster, "yugabyte", "select extname from pg_extension order by 1")).OrThrow().Split('\n')
            .ShouldBe(["hll", "pg_stat_statements", "plpgsql"]);
        (await AskAsync(cluster, "nowhere", "select 1")).Error.ShouldContain("database \"nowhere\" does not exist");
        File.Exists(cluster.Hosts[0].PathOf($"{cluster.FirstDirectory}/{YugabytePackages.ControlFileOf("hll")}"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Sql_shell_needs_password_and_running_YSQL()
    {
        const string Question = "select extname from pg_extension order by 1";
        await using var cluster = await StartAsync(new() { Knobs = new() { SqlPassword = "not-a-secret" } });

        (await AskAsync(cluster, "yugabyte", Question)).ExitCode.ShouldBe(2);
        (await AskAsync(cluster, "yugabyte", Question, "wrong")).Error
            .ShouldContain("password authentication failed for user");
        (await AskAsync(cluster, "yugabyte", Question, "not-a-secret")).OrThrow().ShouldContain("plpgsql");
        cluster.Directory.Record()
            .ShouldNotContain(entry => entry.ToString().Contains("not-a-secret", StringComparison.Ordinal));

        await using var plain = await StartAsync(new() { Sql = false });
        (await AskAsync(plain, "yugabyte", Question)).Error.ShouldContain("could not connect to server");
    }

    private static Task<LabHostResult> AskAsync(
        YugabyteCluster cluster, string database, string statement, string password = "") =>
        cluster.Hosts[0].RunAsync(
            $"PGPASSWORD='{password}' {cluster.FirstDirectory}/bin/{cluster.Naming.SqlShell} -w -X -q -A -t -h "
            + $"{cluster.Hosts[0].Address} -p 5433 -U yugabyte -d {database} -c \"{statement}\"",
            ct: Token);
}
