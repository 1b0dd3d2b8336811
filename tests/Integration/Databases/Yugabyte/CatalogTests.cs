using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;

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
        (await cluster.AdminAsync(
            New, [$"{cluster.Naming.UpgradeCatalog.Replace("upgrade_", "", StringComparison.Ordinal)}_catalog_version"],
            Token)).Output.ShouldBe("Version:1\n");

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
    public async Task Catalog_upgrade_by_package_without_a_migration_that_was_run_fails()
    {
        const string From = "2.20.11.1-b2";
        const string To = "2024.1.6.1-b2";
        await using var cluster = await UpgradedAsync(from: From, to: To);
        await cluster.AdminAsync(To, ["promote_auto_flags"], Token);

        var refused = await cluster.AdminAsync(To, ["upgrade_ysql"], Token);

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain(
            "Internal error (yb/yql/pgwrapper/ysql_upgrade.cc:386): Unable to upgrade YSQL cluster: Migration "
            + "following 38.0 is not found!");
        cluster.State().CatalogUpgradedTo.ShouldBe(From);
        (await ViolationsAsync(cluster)).ShouldBe(["MigrationsMissing"]);
    }

    [Fact]
    public async Task Catalog_upgrade_while_heartbeats_are_refused_is_a_violation()
    {
        await using var cluster = await UpgradedAsync();
        cluster.SetKnobs(new() { RefusedHeartbeats = ["tserver-2"] });
        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);

        await Deadline.UntilAsync(
            "the masters to call it dead",
            async token => (await cluster.AdminAsync(New, ["list_all_tablet_servers"], token)).Output.Contains(
                "DEAD", StringComparison.Ordinal),
            cancellationToken: Token);
        (await cluster.VersionOfAsync(cluster.Server("tserver-2"), Token)).ShouldBe(New, "it runs and answers");
        (await cluster.AdminAsync(New, ["upgrade_ysql"], Token)).ExitCode.ShouldBe(0);
        (await ViolationsAsync(cluster)).ShouldBe(["CatalogUpgradeWhileUnhealthy", "HeartbeatsRefused"]);

        cluster.Directory.ForgiveViolations();
        foreach (var master in cluster.Masters)
        {
            await cluster.SetFlagAsync(master, New, "master_enable_universe_uuid_heartbeat_check", "false", Token);
        }

        (await cluster.AdminAsync(New, ["list_all_tablet_servers"], Token)).Output.ShouldNotContain("DEAD");
        (await ViolationsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Catalog_upgrade_outlives_timeout_of_admin_tool()
    {
        await using var cluster = await UpgradedAsync();
        cluster.SetKnobs(new() { CatalogSeconds = 90 });
        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);

        var impatient = await cluster.AdminAsync(New, ["upgrade_ysql"], Token);
        impatient.ExitCode.ShouldBe(1);
        impatient.Error.ShouldStartWith(
            "Error running upgrade_ysql: Timed out (yb/rpc/outbound_call.cc:535): Unable to upgrade YSQL cluster: "
            + "UpgradeYsql RPC");
        impatient.Error.ShouldContain("timed out after 60.000s");

        await cluster.UntilAsync("it to be done all the same", state => state.CatalogUpgradedTo == New, Token);
        (await cluster.AdminAsync(New, ["-timeout_ms", "180000", "upgrade_ysql"], Token)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Catalog_upgrade_fails_with_mismatch_on_DDL_or_fault()
    {
        await using var cluster = await UpgradedAsync();
        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);
        await cluster.Directory.SetFaultsAsync(
            [new StandinFault { Id = "m", Process = "*", On = "upgrade", Do = "mismatch", Times = 2 }], Token);

        for (var i = 0; i < 2; i++)
        {
            var refused = await cluster.AdminAsync(New, ["upgrade_ysql"], Token);
            refused.ExitCode.ShouldBe(1);
            refused.Error.ShouldContain(
                "Catalog Version Mismatch: A DDL occurred while processing this query. Try again.");
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
            async _ => !(await AdminAsync(cluster, "list_all_tablet_servers")).Contains(
                "ALIVE", StringComparison.Ordinal),
            cancellationToken: Token);
        (await RefusedAsync(cluster, "upgrade_ysql")).Error
            .ShouldContain("Couldn't find alive tablet server to connect to");
    }

    private async Task<YugabyteCluster> UpgradedAsync(string dialect = "yugabyte", string from = Old, string to = New)
    {
        var cluster = await StartAsync(
            new() { Naming = dialect == "bmdb" ? YugabyteNaming.Bmdb : YugabyteNaming.Yugabyte, Version = from });
        await cluster.InstallAsync(to, cancellationToken: Token);
        var hand = new ByHand(cluster, to);
        await hand.MastersAsync();
        await hand.TserversAsync();
        return cluster;
    }
}
