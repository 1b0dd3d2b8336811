using Drydock.Clients.Snapshots;
using Drydock.Tests.Integration.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// Restore tests: the scratch database, and nothing but it. On a server of their own: its user may make databases of
/// that name.
/// </summary>
public sealed class RestoreTestTests : IAsyncLifetime
{
    private readonly MariaDbServer _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, $"GRANT ALL PRIVILEGES ON `drydock\\_verify\\_%`.* TO {MariaDbServer.User}@'%'");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task RestoreTest_of_good_snapshot_finds_nothing_and_removes_database(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var first = await SampleDatabase.CreateAsync(_server, rows: 20);
        var second = await _server.CreateDatabaseAsync(options: "CHARACTER SET latin1 COLLATE latin1_bin");
        var before = SampleDatabase.Content(_server, first);
        var location = folder.At("tested");
        await new Snapshotter().TakeAsync(new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [first, second], Tool = tool }, Token);
        var files = folder.Files();
        var seen = new System.Collections.Concurrent.ConcurrentBag<SnapshotProgress>();
        (await new SnapshotLoader().RestoreTestAsync(Request(location) with { Progress = new Sink(seen) }, Token)).Findings.ShouldBeEmpty();
        seen.Count(p => p.Stage == SnapshotStage.Loaded).ShouldBe(2);
        Databases().ShouldNotContain(d => d.StartsWith("drydock", StringComparison.Ordinal));
        folder.Files().ShouldBe(files);
        SampleDatabase.Content(_server, first).ShouldBe(before);
    }

    [Fact]
    public async Task RestoreTest_of_broken_snapshot_reports_finding_and_removes_database()
    {
        using var folder = new TemporaryStorage();
        var database = await TwoRowsAsync();
        foreach (var (broken, failures, warnings) in new[]
        {
            ("ENGINE=InnoDB BROKEN", 1, 0),
            ("ENGINE=MyISAM", 0, 1),
        })
        {
            var location = folder.At("broken-" + failures);
            await new Snapshotter(new MeddlingTool(sql => sql.Replace("ENGINE=InnoDB", broken, StringComparison.Ordinal)))
                .TakeAsync(new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [database] }, Token);
            var tested = await new SnapshotLoader().RestoreTestAsync(Request(location), Token);
            tested.Findings.Count(f => f.Failure == SnapshotFailure.LoadFailed).ShouldBe(failures);
            tested.Findings.Count.ShouldBe(failures);
            tested.Warnings.Count(w => w.Message.Contains(broken, StringComparison.Ordinal)).ShouldBe(warnings);
            Databases().ShouldNotContain(d => d.StartsWith("drydock", StringComparison.Ordinal));
        }

        folder.Files().ShouldNotContain(f => f.Contains("sessions/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RestoreTest_finds_objects_that_the_dump_lacks()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 2);
        var location = folder.At("lacks");
        await new Snapshotter(new MeddlingTool(sql => sql.Replace("TRIGGER tr1", "TRIGGER tr2", StringComparison.Ordinal).Replace("VIEW `v2` AS select", "VIEW `v3` AS select", StringComparison.Ordinal)))
            .TakeAsync(new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [database] }, Token);
        var tested = await new SnapshotLoader().RestoreTestAsync(Request(location), Token);
        tested.Findings.ShouldAllBe(f => f.Failure == SnapshotFailure.CatalogueMismatch);
        foreach (var name in (string[])["tr1", "tr2", "v3"])
        {
            tested.Findings.ShouldContain(f => f.Message.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task RestoreTest_removes_own_abandoned_database_but_no_foreign_one()
    {
        using var folder = new TemporaryStorage();
        var location = folder.At("claimed");
        await new Snapshotter().TakeAsync(new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [await TwoRowsAsync()] }, Token);
        var scratch = RestoreTest.NameOf(location.Id);
        await using var connection = await _server.OpenAsync();
        await MariaDbServer.ExecuteAsync(connection, $"CREATE DATABASE {scratch}");
        await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE {scratch}.precious (id INT)");
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreTestAsync(Request(location), Token))).Failure.ShouldBe(SnapshotFailure.AlreadyExists);
        _server.Cli(scratch, "SHOW TABLES").ShouldBe("precious"u8.ToArray());

        // The test of another snapshot.
        var witness = new RestoreWitness(scratch, "restore test", "another", RestoreWitnessState.Begun);
        await witness.WriteAsync(connection, scratch, Token);
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreTestAsync(Request(location), Token))).Failure.ShouldBe(SnapshotFailure.AlreadyExists);
        _server.Cli(scratch, "SHOW TABLES").ShouldBe("precious\nzz_drydock_restore"u8.ToArray());

        // Died in the middle.
        await (witness with { Restore = "this", Snapshot = location.Id }).WriteAsync(connection, scratch, Token);
        (await new SnapshotLoader().RestoreTestAsync(Request(location), Token)).Findings.ShouldBeEmpty();
        Databases().ShouldNotContain(scratch);
        folder.Files().Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Events_of_the_copy_do_not_run_while_event_scheduler_is_on(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await TwoRowsAsync();
        await using var connection = await _server.ConnectAsync(database);
        foreach (var statement in (string[])
        [
            "CREATE EVENT `a `` ON COMPLETION PRESERVE ENABLE '` ON SCHEDULE EVERY 1 SECOND COMMENT 'PRESERVE ENABLE ' DO DELETE FROM a WHERE id < 0",
            "CREATE EVENT b ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE DO BEGIN SELECT 1; SELECT ' PRESERVE ENABLE '; END",
            "CREATE EVENT c ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE ENABLE DO SELECT 1",
        ])
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        var location = folder.At("events");
        await new Snapshotter().TakeAsync(new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [database], Tool = tool }, Token);
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, "SET GLOBAL event_scheduler=ON");
        var copied = "";
        var loaded = new Sink([])
        {
            Comparing = () => copied = System.Text.Encoding.UTF8.GetString(_server.Cli(
                "", $"SELECT COUNT(*), SUM(STATUS = 'DISABLED') FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{RestoreTest.NameOf(location.Id)}'")),
        };

        var tested = await new SnapshotLoader().RestoreTestAsync(Request(location) with { Progress = loaded }, Token);

        tested.Findings.ShouldBeEmpty();
        tested.Warnings.ShouldBeEmpty();
        copied.ShouldBe("3\t3");
        System.Text.Encoding.UTF8.GetString(_server.Cli(database, "SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND STATUS = 'ENABLED'")).ShouldBe("2");
    }

    [Fact]
    public async Task RestoreTest_is_refused_while_same_snapshot_is_tested()
    {
        using var folder = new TemporaryStorage();
        var location = folder.At("busy");
        await new Snapshotter().TakeAsync(new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [await TwoRowsAsync()] }, Token);
        await using var other = await _server.OpenAsync();
        await MariaDbServer.ExecuteAsync(other, $"DO GET_LOCK('{SessionMarker.RestoreLock(RestoreTest.NameOf(location.Id))}', 0)");
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreTestAsync(Request(location), Token))).Failure.ShouldBe(SnapshotFailure.Busy);
        folder.Files().Length.ShouldBe(2);
    }

    private RestoreTestRequest Request(SnapshotLocation location) =>
        new() { Location = location, Connection = _server.Options() };

    private string[] Databases() => System.Text.Encoding.UTF8.GetString(_server.Cli("", "SHOW DATABASES")).Split('\n');

    private async Task<string> TwoRowsAsync()
    {
        var database = await _server.CreateDatabaseAsync();
        await using var connection = await _server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE a (id INT PRIMARY KEY) ENGINE=InnoDB");
        await MariaDbServer.ExecuteAsync(connection, "INSERT INTO a VALUES (1),(2)");
        return database;
    }

    private sealed class Sink(System.Collections.Concurrent.ConcurrentBag<SnapshotProgress> seen) : IProgress<SnapshotProgress>
    {
        public Action? Comparing { get; init; }

        public void Report(SnapshotProgress value)
        {
            seen.Add(value);
            if (value.Stage == SnapshotStage.Comparing)
            {
                Comparing?.Invoke();
            }
        }
    }
}
