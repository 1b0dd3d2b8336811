namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Dump and restore against a stand-in of OceanBase without named locks.</summary>
public sealed class OceanBaseRestoreTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Database_is_dumped_and_restored_under_lock_row()
    {
        await using var proxy = await ProxyAsync(OceanBaseBehaviour.V3);
        using var folder = new TemporaryStorage();
        var database = await TableAsync();
        var manifest = await new Snapshotter().TakeAsync(Take(folder, proxy, database), Token);
        manifest.Server.Kind.ShouldBe("OceanBase");
        manifest.Tool.Flags.ShouldContain("--skip-add-locks");
        await using var look = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(look, "DROP TABLE t");
        var sessions = new List<SnapshotSession>();
        var warnings = new List<SnapshotFinding>();

        await new SnapshotLoader().RestoreAsync(
            Load(folder, proxy, database) with
            {
                OnDrop = async (_, token) => sessions.AddRange(await SessionRecords.ReadAsync(folder.One, token)),
                OnWarning = warnings.Add,
            },
            Token);

        sessions.ShouldHaveSingleItem().ConnectionId.ShouldBeGreaterThan(3_221_225_472UL);
        warnings.ShouldBeEmpty();
        server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("3"u8.ToArray());
        server.Cli("", $"SELECT COUNT(*) FROM {LockRow.Database}.lock_row").ShouldBe("0"u8.ToArray());
    }

    [Fact]
    public async Task Second_restore_is_busy_while_first_holds_row()
    {
        await using var proxy = await ProxyAsync(OceanBaseBehaviour.V3);
        using var folder = new TemporaryStorage();
        var database = await TableAsync();
        await new Snapshotter().TakeAsync(Take(folder, proxy, database), Token);
        await using var first = await LoadSession.OpenAsync(folder.At("other"), Options(proxy), database, Token);
        await first.LockAsync(database, Token);

        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(
            Load(folder, proxy, database), Token))).Failure.ShouldBe(SnapshotFailure.Busy);

        server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("3"u8.ToArray());
    }

    [Fact]
    public async Task Load_is_refused_by_server_after_leader_lost_its_row()
    {
        await using var proxy = await ProxyAsync(OceanBaseBehaviour.V3);
        using var folder = new TemporaryStorage();
        var database = await TableAsync();
        await new Snapshotter().TakeAsync(Take(folder, proxy, database), Token);

        var error = await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(
            Load(folder, proxy, database) with
            {
                OnDrop = (_, _) =>
                {
                    server.Cli("", $"DELETE FROM {LockRow.Database}.lock_row");
                    return Task.CompletedTask;
                },
            },
            Token));

        error.Failure.ShouldBe(SnapshotFailure.ConnectionLost);
        error.Message.ShouldContain("Nothing was dropped");
        server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("3"u8.ToArray());
    }

    [Fact]
    public async Task Definition_that_is_printed_differently_is_warning_with_both_texts()
    {
        using var folder = new TemporaryStorage();
        var database = await TableAsync();
        var request =
            new SnapshotRequest { Location = folder.One, Connection = server.Options(), Databases = [database] };
        await new Snapshotter(new MeddlingTool(
            sql => sql.Replace("ENGINE=InnoDB", "ENGINE=MyISAM", StringComparison.Ordinal))).TakeAsync(request, Token);
        var warnings = new List<SnapshotFinding>();

        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest
            {
                Location = folder.One,
                Connection = server.Options(),
                Database = database,
                OnWarning = warnings.Add
            },
            Token);

        warnings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            w => w.IsWarning.ShouldBeTrue(),
            w => w.Message.ShouldContain("ENGINE=InnoDB"),
            w => w.Message.ShouldContain("ENGINE=MyISAM"));
        server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("3"u8.ToArray());
    }

    private static MySqlOptions Options(OceanBaseProxy proxy) => new()
    {
        Server = "127.0.0.1",
        Port = proxy.Port,
        UserID = $"{MariaDbServer.User}@oms_meta#obmeta",
        Password = MariaDbServer.Password,
    };

    private static SnapshotRequest Take(TemporaryStorage folder, OceanBaseProxy proxy, string database) =>
        new() { Location = folder.One, Connection = Options(proxy), Databases = [database] };

    private static SnapshotLoadRequest Load(TemporaryStorage folder, OceanBaseProxy proxy, string database) =>
        new() { Location = folder.One, Connection = Options(proxy), Database = database };

    private async Task<OceanBaseProxy> ProxyAsync(OceanBaseBehaviour behaviour)
    {
        await using var root = await server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(
            root,
            $"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON `{LockRow.Database}`.* TO {MariaDbServer.User}@'%'");
        return new OceanBaseProxy("127.0.0.1", server.Port, behaviour);
    }

    private async Task<string> TableAsync()
    {
        var database = await server.CreateDatabaseAsync();
        await using var look = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(look, "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(10)) ENGINE=InnoDB");
        await MariaDbServer.ExecuteAsync(look, "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        return database;
    }
}
