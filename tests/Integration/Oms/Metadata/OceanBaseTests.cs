using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

/// <summary>The metadata access against a stand-in of OceanBase: a proxy before a MariaDB.</summary>
[Collection(MetadataServerCollection.Name)]
public sealed class OceanBaseTests(MetadataServer server)
{
    private static readonly CancellationToken None = CancellationToken.None;

    // The server ends an idle session after 5 s, so that a row lapses after 6 s.
    private static readonly LockRowTimes Times = new()
    {
        Idle = TimeSpan.FromSeconds(5),
        Renewal = TimeSpan.FromMilliseconds(250),
        Margin = TimeSpan.FromSeconds(1)
    };

    // A holder that is suspended: it renews nothing.
    private static readonly LockRowTimes Suspended = Times with { Renewal = TimeSpan.FromDays(1) };

    [Fact]
    public async Task Cluster_and_tenant_are_identity_behind_any_proxy()
    {
        await using var one = Proxy(OceanBaseBehaviour.V3);
        await using var two = Proxy(OceanBaseBehaviour.V3 with { Tenant = null });
        await using var other = Proxy(OceanBaseBehaviour.V3 with { ClusterId = 1002 });
        await using var silent = Proxy(OceanBaseBehaviour.V3 with { Cluster = null });

        var info = await Open(one).ServerAsync(None);

        info.Kind.ShouldBe(MySqlServerKind.OceanBase);
        info.Version.ShouldBe("5.7.25-OceanBase-v3.2.4.5");
        info.NamedLocks.ShouldBeFalse();
        info.Identity.ShouldBe("ob:obmeta:1001:oms_meta");
        info.Host.ShouldBeEmpty();
        (await Open(two).ServerAsync(None)).Identity.ShouldBe(info.Identity);
        (await Open(other).ServerAsync(None)).Identity.ShouldBe("ob:obmeta:1002:oms_meta");
        (await Open(silent).ServerAsync(None)).ShouldSatisfyAllConditions(
            i => i.Identity.ShouldStartWith("addr:"),
            i => i.Addresses.ShouldContain(
                $"oms_meta#obmeta@127.0.0.1:{silent.Port.ToString(CultureInfo.InvariantCulture)}"));
    }

    [Fact]
    public async Task OceanBase_4_with_named_locks_uses_them()
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V4);
        var metadata = Open(proxy);
        (await metadata.ServerAsync(None)).NamedLocks.ShouldBeTrue();

        await using var held = (await metadata.TryLockAsync("named", TimeSpan.Zero, None)).ShouldNotBeNull();

        (await held.IsStillHeldAsync(None)).ShouldBeTrue();
        (await metadata.LockHolderAsync("named", None)).ShouldBe(held.ConnectionId);
        (await metadata.TryLockAsync("named", TimeSpan.Zero, None)).ShouldBeNull();
        proxy.Statements.ShouldNotContain(s => s.Contains(LockRow.Database, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1049)]
    [InlineData(1109)]
    [InlineData(1146)]
    public async Task Absent_list_of_catalogue_is_noted_and_rest_is_read(int error)
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE t (a INT PRIMARY KEY)", "CREATE VIEW v AS SELECT a FROM t",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 1");
        await using var proxy = Proxy(
            OceanBaseBehaviour.V3 with { AbsentLists = ["EVENTS", "ROUTINES"], AbsentListError = error });

        var catalogue = await Open(proxy).RestoreCatalogueAsync([database], None);

        catalogue.AbsentLists.ShouldBe(["EVENTS", "ROUTINES"]);
        catalogue.Databases.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            d => d.HasViews.ShouldBeTrue(),
            d => d.HasTriggers.ShouldBeTrue(),
            d => d.HasEvents.ShouldBeFalse(),
            d => d.Definers.ShouldBe(["root@127.0.0.1"]));
    }

    [Theory]
    [InlineData(1305, 0)]
    [InlineData(1235, 0)]
    [InlineData(1046, 4711)]
    public async Task Lock_row_is_held_by_one_session_until_disposed(int noFunction, int otherIds)
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V3 with
        {
            NoFunctionError = noFunction,
            ConnectionIds = OceanBaseBehaviour.V3.ListedIds + otherIds
        });
        var metadata = Open(proxy);
        var name = Name();
        var held = (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();

        (await held.IsStillHeldAsync(None)).ShouldBeTrue();
        held.ConnectionId.ShouldBeGreaterThan(3_221_225_472);
        (await metadata.LockHolderAsync(name, None)).ShouldBe(held.ConnectionId);
        (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldBeNull();
        (await held.RunAsync((_, _) => Task.FromResult(7), None)).ShouldBe(7);

        await held.DisposeAsync();

        (await metadata.LockHolderAsync(name, None)).ShouldBeNull();
        await using var next = (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Holder_that_renews_keeps_row_beyond_its_time()
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V3);
        var metadata = Open(proxy);
        var name = Name();
        await using var held = (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();

        (await metadata.TryLockAsync(name, Times.Lapse + TimeSpan.FromSeconds(2), None)).ShouldBeNull();

        (await held.IsStillHeldAsync(None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Running_statement_of_holder_keeps_row_although_it_is_old()
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V3);
        var metadata = Open(proxy);
        var name = Name();
        await using var held = (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();
        var started = new TaskCompletionSource();
        var sleeping = held.RunAsync(
            (session, token) =>
            {
                started.SetResult();
                return session.ScalarAsync("SELECT SLEEP(10)", token);
            },
            None);
        await started.Task;

        (await metadata.TryLockAsync(name, Times.Lapse + TimeSpan.FromSeconds(1), None)).ShouldBeNull();

        await sleeping;
        (await held.IsStillHeldAsync(None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Ended_holder_does_nothing_more_and_successor_gets_row()
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V3);
        var metadata = Open(proxy);
        var name = Name();
        await using var held = (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();

        await metadata.EndSessionsAsync([held.ConnectionId], None);

        await using var successor = (await metadata.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();
        await NothingRunsAsync(held);
        (await successor.IsStillHeldAsync(None)).ShouldBeTrue();
    }

    // Behind its proxy no session of another proxy can be ended.
    [Theory]
    [InlineData(OceanBaseKill.IsUnknown)]
    [InlineData(OceanBaseKill.IsDenied)]
    public async Task Suspended_holder_that_cannot_be_ended_loses_row_when_server_has_ended_it(OceanBaseKill kill)
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V3 with { Kill = kill });
        var name = Name();
        await using var held = (await Open(proxy, Suspended).TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();
        (await Open(proxy).TryLockAsync(name, TimeSpan.Zero, None)).ShouldBeNull();

        await using var successor = (await Open(proxy).TryLockAsync(name, TimeSpan.FromSeconds(60), None))
            .ShouldNotBeNull();

        await NothingRunsAsync(held);
        (await successor.IsStillHeldAsync(None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Server_that_ignores_idle_bound_gives_no_lock()
    {
        await using var proxy = Proxy(OceanBaseBehaviour.V3 with { TakesWaitTimeout = false });

        (await Should.ThrowAsync<OmsMetadataException>(
            () => Open(proxy).TryLockAsync(Name(), TimeSpan.Zero, None))).Message.ShouldContain("wait_timeout");
    }

    [Fact]
    public async Task Sessions_with_rows_without_user_are_listed()
    {
        var database = await server.DatabaseAsync();
        await using var proxy = Proxy(OceanBaseBehaviour.V3);
        await using var session = await server.ConnectAsync();
        await session.ExecuteAsync($"USE {MetadataServer.Quote(database)}", None);

        (await Open(proxy).OtherSessionsAsync([database], None)).ShouldHaveSingleItem().Id
            .ShouldBeGreaterThan(3_221_225_472);
    }

    [Fact]
    public async Task Ha_config_is_inserted_under_lock_row()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE oms_normal_config (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, cfg_name VARCHAR(128) NOT "
            + "NULL, cfg_value TEXT NOT NULL)");
        await using var proxy = Proxy(OceanBaseBehaviour.V3);
        var metadata = Open(proxy);
        await using var held = (await metadata.TryLockAsync(Name(), TimeSpan.Zero, None)).ShouldNotBeNull();
        const string Raw = """{"enable":true}""";

        (await metadata.InsertHaConfigAsync(held, database, Raw, None)).ShouldBeTrue();

        (await metadata.ReadHaConfigAsync(database, None)).Raw.ShouldBe(Raw);
    }

    [Fact]
    public async Task Heartbeat_sequence_is_trimmed_under_lock_row()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE heatbeat_sequence (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, gmt_created DATETIME, "
            + "gmt_modified DATETIME)",
            "INSERT INTO heatbeat_sequence (id) VALUES (1), (2), (3), (4), (5)");
        await using var proxy = Proxy(OceanBaseBehaviour.V3);
        var metadata = Open(proxy);
        await using var held = (await metadata.TryLockAsync(Name(), TimeSpan.Zero, None)).ShouldNotBeNull();

        await metadata.TrimHeartbeatSequenceAsync(held, database, None);

        (await server.ScalarAsync(
            $"SELECT CONCAT(COUNT(*), '/', MAX(id)) FROM {MetadataServer.Quote(database)}.heatbeat_sequence"))
            .ShouldBe("1/5");
    }

    private static async Task NothingRunsAsync(IMetadataLock held)
    {
        var ran = false;
        (await Should.ThrowAsync<OmsMetadataException>(() => held.RunAsync(
            (_, _) =>
            {
                ran = true;
                return Task.FromResult(0);
            },
            None))).Kind.ShouldBe(OmsMetadataErrorKind.LockLost);
        ran.ShouldBeFalse();
    }

    private static string Name() => $"test'\\-{Guid.NewGuid():N}";

    private static SqlOmsMetadata Open(OceanBaseProxy proxy, LockRowTimes? times = null) =>
        new(
            new MySqlOptions
            {
                Server = "127.0.0.1",
                Port = proxy.Port,
                UserID = "root@oms_meta#obmeta",
                Password = MetadataServer.RootPassword
            },
            EndpointPolicy.Unrestricted,
            times ?? Times);

    private OceanBaseProxy Proxy(OceanBaseBehaviour behaviour) => new("127.0.0.1", server.Port, behaviour);
}
