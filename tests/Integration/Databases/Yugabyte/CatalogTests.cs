using Drydock.Lab;
using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class CatalogTests(LabFixture lab) : YugabyteTest(lab)
{
    [Theory]
    [InlineData("yugabyte", "YSQL")]
    [InlineData("bmdb", "BSQL")]
    public async Task Catalog_upgrade_succeeds_and_repeats_without_harm(string dialect, string sql)
    {
        await using var cluster = await UpgradedAsync(dialect);
        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);
        (await cluster.AdminAsync(New, [$"{cluster.Naming.UpgradeCatalog.Replace("upgrade_", "", StringComparison.Ordinal)}_catalog_version"], Token)).Output.ShouldBe("Version:1\n");

        for (var i = 0; i < 2; i++)
        {
            var result = await cluster.AdminAsync(New, [cluster.Naming.UpgradeCatalog], Token);
            result.ExitCode.ShouldBe(0, result.Error);
            result.Output.ShouldBe($"{sql} successfully upgraded to the latest version\n");
        }

        var state = cluster.State();
        state.CatalogUpgradedTo.ShouldBe(New);
        state.CatalogVersion.ShouldBe(2);
        (await ViolationsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Catalog_upgrade_before_AutoFlags_is_a_violation()
    {
        await using var cluster = await UpgradedAsync();

        (await cluster.AdminAsync(New, ["upgrade_ysql"], Token)).ExitCode.ShouldBe(0);

        (await ViolationsAsync(cluster)).ShouldBe(["CatalogUpgradeBeforeFlags"]);
    }

    [Fact]
    public async Task Catalog_upgrade_outlives_timeout_of_admin_tool()
    {
        await using var cluster = await UpgradedAsync();
        cluster.SetKnobs(new() { CatalogSeconds = 90 });
        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);

        var impatient = await cluster.AdminAsync(New, ["upgrade_ysql"], Token);
        impatient.ExitCode.ShouldBe(1);
        impatient.Error.ShouldStartWith("Error running upgrade_ysql: Timed out (yb/rpc/outbound_call.cc:535): Unable to upgrade YSQL cluster: UpgradeYsql RPC");
        impatient.Error.ShouldContain("timed out after 60.000s");

        await cluster.UntilAsync("it to be done all the same", state => state.CatalogUpgradedTo == New, Token);
        (await cluster.AdminAsync(New, ["-timeout_ms", "180000", "upgrade_ysql"], Token)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Catalog_upgrade_fails_with_mismatch_on_DDL_or_fault()
    {
        await using var cluster = await UpgradedAsync();
        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);
        await cluster.Directory.SetFaultsAsync([new StandinFault { Id = "m", Process = "*", On = "upgrade", Do = "mismatch", Times = 2 }], Token);

        for (var i = 0; i < 2; i++)
        {
            var refused = await cluster.AdminAsync(New, ["upgrade_ysql"], Token);
            refused.ExitCode.ShouldBe(1);
            refused.Error.ShouldContain("Catalog Version Mismatch: A DDL occurred while processing this query. Try again.");
            refused.Error.ShouldContain("MISMATCHED_SCHEMA");
        }

        await cluster.RunDdlAsync(cluster.Tservers[0], 300, Token);
        (await cluster.AdminAsync(New, ["upgrade_ysql"], Token)).Error.ShouldContain("(pgsql error 40001)");
        (await ViolationsAsync(cluster)).ShouldBe(["DdlDuringUpgrade"]);
        cluster.State().CatalogUpgradedTo.ShouldBe(Old);
    }

    [Fact]
    public async Task Catalog_upgrade_without_YSQL_or_tablet_server_is_refused()
    {
        await using var plain = await StartAsync(new() { Sql = false });
        (await AdminAsync(plain, "upgrade_ysql")).ShouldBe("Upgrade is not needed since YSQL is disabled\n");

        await using var cluster = await StartAsync(new() { TimeFactor = 240 });
        foreach (var server in cluster.Tservers)
        {
            await cluster.KillAsync(server, Token);
        }

        await Deadline.UntilAsync(
            "all to be called dead",
            async _ => !(await AdminAsync(cluster, "list_all_tablet_servers")).Contains("ALIVE", StringComparison.Ordinal),
            cancellationToken: Token);
        (await RefusedAsync(cluster, "upgrade_ysql")).Error.ShouldContain("Couldn't find alive tablet server to connect to");
    }

    private async Task<YugabyteCluster> UpgradedAsync(string dialect = "yugabyte")
    {
        var cluster = await StartAsync(new() { Naming = dialect == "bmdb" ? YugabyteNaming.Bmdb : YugabyteNaming.Yugabyte });
        await cluster.InstallAsync(New, cancellationToken: Token);
        var hand = new ByHand(cluster, New);
        await hand.MastersAsync();
        await hand.TserversAsync();
        return cluster;
    }
}
