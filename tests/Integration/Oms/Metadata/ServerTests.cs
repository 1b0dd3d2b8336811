using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

[Collection(MetadataServerCollection.Name)]
public sealed class ServerTests(MetadataServer server)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Server_identity_is_equal_for_every_account()
    {
        var info = await server.Root.ServerAsync(None);

        info.Kind.ShouldBe(MySqlServerKind.MariaDb);
        info.Version.ShouldContain("MariaDB");
        info.Identity.ShouldStartWith("uuid:");
        info.Identity.Length.ShouldBeGreaterThan("uuid:".Length + 10);
        info.NamedLocks.ShouldBeTrue();
        info.ReadOnly.ShouldBeFalse();
        (await server.Oms.ServerAsync(None)).Identity.ShouldBe(info.Identity);
    }

    [Fact]
    public async Task Content_has_newest_ids_and_what_changed_in_the_schema()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE heatbeat_sequence (id bigint PRIMARY KEY)", "INSERT INTO heatbeat_sequence VALUES (7), (9)",
            "CREATE TABLE other (a int, b varchar(8))");
        var before = await server.Root.ContentAsync([database, "nowhere"], [database, "nowhere"], None);

        before.Identity.ShouldBe((await server.Root.ServerAsync(None)).Identity);
        before.Newest.ShouldBe(new Dictionary<string, long> { [database] = 9 });
        before.Schema.Keys.ShouldBe([database]);
        before.Schema[database].ShouldStartWith("2 tables with 3 columns (digest ");
        (await server.Root.ContentAsync([database], [database], None)).ChangesSince(before).ShouldBeEmpty();
        (await server.Root.ContentAsync([], [], None)).Schema.ShouldBeEmpty();

        await server.ExecuteAsync($"USE {MetadataServer.Quote(database)}", "ALTER TABLE other MODIFY b varchar(9)");
        (await server.Root.ContentAsync([], [database], None)).ChangesSince(before).ShouldHaveSingleItem()
            .ShouldStartWith($"{database} had 2 tables with 3 columns");
    }

    [Fact]
    public async Task Replica_is_recognized_where_the_account_may_ask()
    {
        (await server.Root.ServerAsync(None)).IsReplica.ShouldBe(false);
        (await server.Oms.ServerAsync(None)).IsReplica.ShouldBeNull();
        await server.ExecuteAsync("CHANGE MASTER 'other' TO MASTER_HOST = '192.0.2.1', MASTER_USER = 'nobody'");
        try
        {
            (await server.Root.ServerAsync(None)).IsReplica.ShouldBe(true);
            (await server.Root.ContentAsync([], [], None)).IsReplica.ShouldBeTrue();
        }
        finally
        {
            await server.ExecuteAsync("RESET SLAVE 'other' ALL");
        }
    }

    [Fact]
    public async Task Server_clock_is_read_with_time_zone_offset()
    {
        var zone = await server.ScalarAsync("SELECT @@global.time_zone");
        await server.ExecuteAsync("SET GLOBAL time_zone = '+05:30'");
        try
        {
            var before = DateTimeOffset.Parse(await NowAsync(), System.Globalization.CultureInfo.InvariantCulture);
            var info = await server.Root.ServerAsync(None);
            var after = DateTimeOffset.Parse(await NowAsync(), System.Globalization.CultureInfo.InvariantCulture);

            info.Now.Offset.ShouldBe(new TimeSpan(5, 30, 0));
            info.Now.ShouldBeInRange(before, after);
        }
        finally
        {
            await server.ExecuteAsync($"SET GLOBAL time_zone = '{zone}'");
        }

        async Task<string> NowAsync() =>
            (await server.ScalarAsync("SELECT CONCAT(DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%f'), 'Z')"))!;
    }

    [Fact]
    public async Task Read_only_server_is_detected_and_reported()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE oms_normal_config (cfg_name varchar(128) NOT NULL, cfg_value text NOT NULL)",
            "INSERT INTO oms_normal_config VALUES ('ha.config', '{}')");
        await server.ExecuteAsync(
            $"GRANT ALL PRIVILEGES ON {Pattern(database)}.* TO 'oms'@'127.0.0.1'", "SET GLOBAL read_only = 1");
        try
        {
            (await server.Oms.ServerAsync(None)).ReadOnly.ShouldBeTrue();
            var error = await Should.ThrowAsync<OmsMetadataException>(
                () => server.Oms.CompareAndSwapHaConfigAsync(database, "{}", """{"enable":false}""", None));
            error.Kind.ShouldBe(OmsMetadataErrorKind.ReadOnly);
            error.Message.ShouldContain("primary");
        }
        finally
        {
            await server.ExecuteAsync(
                "SET GLOBAL read_only = 0", $"REVOKE ALL PRIVILEGES ON {Pattern(database)}.* FROM 'oms'@'127.0.0.1'");
        }
    }

    [Fact]
    public async Task Wrong_password_is_reported_without_its_value()
    {
        var error = await Should.ThrowAsync<OmsMetadataException>(
            () => server.Open("oms", "canary-wrong").ServerAsync(None));

        error.Kind.ShouldBe(OmsMetadataErrorKind.AccessDenied);
        error.Message.ShouldContain("(error 1045)");
        error.Message.ShouldContain($"127.0.0.1:{server.Port}");
        error.Message.ShouldContain("account 'oms'");
        error.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Absent_server_is_reported_as_unreachable()
    {
        var port = FreePort.Take();

        var error = await Should.ThrowAsync<OmsMetadataException>(
            () => server.Open("oms", MetadataServer.OmsPassword, port).HostsAsync("cm", None));

        error.Kind.ShouldBe(OmsMetadataErrorKind.Unreachable);
        error.Message.ShouldStartWith($"Reading the hosts in cm on metadata server 127.0.0.1:{port} failed: ");
        error.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Missing_database_table_and_privilege_are_told_apart()
    {
        var database = await server.DatabaseAsync("CREATE TABLE host (ip int, host_status int)");

        (await KindAsync(server.Root, "nowhere")).ShouldBe(OmsMetadataErrorKind.Missing);
        (await KindAsync(server.Root, await server.DatabaseAsync())).ShouldBe(OmsMetadataErrorKind.Missing);
        (await KindAsync(server.Oms, database)).ShouldBe(OmsMetadataErrorKind.AccessDenied);

        async Task<OmsMetadataErrorKind> KindAsync(SqlOmsMetadata metadata, string cmDatabase) =>
            (await Should.ThrowAsync<OmsMetadataException>(() => metadata.HostsAsync(cmDatabase, None))).Kind;
    }

    [Fact]
    public async Task Databases_that_do_not_exist_are_named()
    {
        var database = await server.DatabaseAsync();

        (await server.Root.AbsentAsync(["nowhere", database], None)).ShouldBe(["nowhere"]);
        (await server.Root.AbsentAsync([], None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Database_sizes_count_tables_but_not_views()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE a (id int PRIMARY KEY, t text)",
            "INSERT INTO a SELECT seq, REPEAT('x', 1000) FROM seq_1_to_2000", "ANALYZE TABLE a",
            "CREATE VIEW v AS SELECT * FROM a");

        (await server.Root.SizesAsync([database, "nowhere"], None)).ShouldHaveSingleItem()
            .ShouldBeGreaterThan(1_000_000);
    }

    [Fact]
    public async Task Missing_privileges_are_reported_by_database()
    {
        var full = await server.DatabaseAsync();
        var part = await server.DatabaseAsync();
        await server.ExecuteAsync(
            $"GRANT ALL PRIVILEGES ON {Pattern(full)}.* TO 'oms'@'127.0.0.1'",
            $"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON {Pattern(part)}.* TO 'oms'@'127.0.0.1'");

        var missing = (await server.Oms.ServerAsync(None)).Grants.Missing([full, part], "oms");

        missing.Where(item => item.Required).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            item => item.Privilege.ShouldBe("DROP"), item => item.Database.ShouldBe(part),
            item => item.Message.ShouldContain("'oms'"));
        missing.Where(item => item.Database == full).ShouldBeEmpty();
        (await server.Root.ServerAsync(None)).Grants.Missing([full, part], "root").ShouldBeEmpty();
        await server.ExecuteAsync("REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'oms'@'127.0.0.1'");
    }

    [Fact]
    public async Task Cancelled_operation_throws_OperationCanceledException()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => server.Root.ServerAsync(cancelled.Token));
    }

    private static string Pattern(string database) =>
        MetadataServer.Quote(
            database.Replace("_", "\\_", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal));
}
