namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// Restores on servers that fail, refuse or are used by somebody else. On a server of their own, whose settings they
/// change.
/// </summary>
public sealed class HardeningTests : IAsyncLifetime
{
    private readonly MariaDbServer _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Cut_restore_fails_and_next_attempt_drops_partial_data(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 200);
        var before = SampleDatabase.Content(_server, database);
        var location = folder.At("cut");
        await new Snapshotter().TakeAsync(Take(location, database, tool), Token);
        var loader = new SnapshotLoader();
        await using var killer = await _server.OpenAsync();

        var attempt = loader.RestoreAsync(
            Load(location, database) with
            {
                OnSession = async (s, token) =>
                {
                    await MySqlServer.KillAsync(killer, s.ConnectionId, token);
                },
            },
            Token);
        (await Should.ThrowAsync<SnapshotException>(() => attempt)).Failure.ShouldBe(SnapshotFailure.ConnectionLost);
        await MariaDbServer.ExecuteAsync(killer, $"CREATE TABLE `{database}`.left_by_the_first_attempt (id INT)");

        await loader.RestoreAsync(Load(location, database), Token);
        SampleDatabase.Content(_server, database).ShouldBe(before);
        folder.Files().ShouldNotContain(f => f.Contains("sessions/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_only_server_is_reported_before_drop()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 5);
        var before = SampleDatabase.Content(_server, database);
        var location = folder.At("read-only");
        await new Snapshotter().TakeAsync(Take(location, database, DumpToolKind.MySqlDump), Token);
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, "SET GLOBAL read_only=ON");
        var dropped = false;
        var e = await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(
            Load(location, database) with
            {
                OnDrop = (_, _) =>
                {
                    dropped = true;
                    return Task.CompletedTask;
                },
            },
            Token));
        e.Failure.ShouldBe(SnapshotFailure.ReadOnlyServer);
        e.Message.ShouldContain("read_only=1");
        dropped.ShouldBeFalse();
        (await new SnapshotLoader().CheckAsync(Load(location, database), Token)).ShouldHaveSingleItem().Failure
            .ShouldBe(SnapshotFailure.ReadOnlyServer);
        SampleDatabase.Content(_server, database).ShouldBe(before);
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Restore_on_full_server_reports_ServerFull(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await _server.CreateDatabaseAsync();
        await using var connection = await _server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "SET SESSION max_heap_table_size=64*1024*1024");
        await MariaDbServer.ExecuteAsync(
            connection, "CREATE TABLE full (id INT PRIMARY KEY, v CHAR(250)) ENGINE=MEMORY");
        await MariaDbServer.ExecuteAsync(connection, "INSERT INTO full SELECT seq, 'x' FROM seq_1_to_30000");
        var location = folder.At("full");
        await new Snapshotter().TakeAsync(Take(location, database, tool), Token);
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, "SET GLOBAL max_heap_table_size=1024*1024");
        var e = await Should.ThrowAsync<SnapshotException>(
            () => new SnapshotLoader().RestoreAsync(Load(location, database), Token));
        e.Failure.ShouldBe(SnapshotFailure.ServerFull);
        e.Message.ShouldContain("is full");
    }

    [Fact]
    public async Task Restore_drops_nothing_while_database_is_locked_or_receipt_fails()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 5);
        var before = SampleDatabase.Content(_server, database);
        var location = folder.At("busy");
        await new Snapshotter().TakeAsync(Take(location, database, DumpToolKind.MySqlDump), Token);
        await using (var other = await _server.OpenAsync())
        {
            await MariaDbServer.ExecuteAsync(other, $"DO GET_LOCK('{SessionMarker.RestoreLock(database)}', 0)");
            var busy = await Should.ThrowAsync<SnapshotException>(
                () => new SnapshotLoader().RestoreAsync(Load(location, database), Token));
            busy.Failure.ShouldBe(SnapshotFailure.Busy);
            busy.Message.ShouldContain($"Session {other.Id}");
        }

        var refused =
            Load(location, database) with { OnDrop = (_, _) => throw new InvalidOperationException("no receipt") };
        (await Should.ThrowAsync<InvalidOperationException>(
            () => new SnapshotLoader().RestoreAsync(refused, Token))).Message.ShouldBe("no receipt");

        // The session that holds the lock is ended between the receipt and the drop: with it the right to drop is gone.
        await using var killer = await _server.OpenAsync();
        var cut = Load(location, database) with
        {
            OnDrop = async (_, token) => await MySqlServer.KillAsync(
                killer, (await SessionRecords.ReadAsync(location, token)).Single().ConnectionId, token)
        };
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(cut, Token))).Failure
            .ShouldBe(SnapshotFailure.ConnectionLost);
        SampleDatabase.Content(_server, database).ShouldBe(before);
    }

    [Fact]
    public async Task Sessions_of_ended_load_leader_are_ended_by_successor()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 5);
        var location = folder.At("leader");
        await new Snapshotter().TakeAsync(Take(location, database, DumpToolKind.MyDumper), Token);
        await using var dead = await _server.OpenAsync();
        var host = (await MySqlServer.SessionsAsync(dead, Token)).Single(s => s.Id == dead.Id).Host;
        await SessionRecords.AddAsync(location, new SnapshotSession(
            location.Id, database, dead.Id, host, (await MySqlServer.IdentifyAsync(dead, Token)).Key), Token);
        await MariaDbServer.ExecuteAsync(dead, $"DO GET_LOCK('{SessionMarker.RestoreLock(database)}', 0)");
        await using var worker = await _server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(
            worker, $"DO GET_LOCK(CONCAT('{SessionMarker.LoadLock(location.Id, database)}', CONNECTION_ID()), 0)");
        (await LeftoverTests.FindAsync(_server, location)).Select(s => s.Id)
            .ShouldBe([dead.Id, worker.Id], ignoreOrder: true);

        await new SnapshotLoader().RestoreAsync(Load(location, database), Token);
        (await Should.ThrowAsync<MySqlSessionException>(
            () => MariaDbServer.ExecuteAsync(dead, "DO 1"))).IsConnectionError.ShouldBeTrue();
        (await Should.ThrowAsync<MySqlSessionException>(
            () => MariaDbServer.ExecuteAsync(worker, "DO 1"))).IsConnectionError.ShouldBeTrue();
    }

    [Fact]
    public async Task Dump_without_LOCK_TABLES_right_is_marked_unlocked_in_manifest()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 5);
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, $"REVOKE LOCK TABLES ON `t%`.* FROM {MariaDbServer.User}@'%'");
        var manifest = await new Snapshotter().TakeAsync(
            Take(folder.At("unlocked"), database, DumpToolKind.MyDumper), Token);
        manifest.Tool.Flags.ShouldContain("--no-locks");
        manifest.Tool.Consistency.ShouldNotBeNull().ShouldContain("no locks");
    }

    [Fact]
    public async Task Missing_scratch_directory_is_reported_and_abandoned_ones_are_removed()
    {
        using var folder = new TemporaryStorage();
        using var scratch = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(_server, rows: 5);
        var missing = new Snapshotter(options: new SnapshotToolOptions { ScratchRoot = "/nonexistent/scratch" });
        var e = await Should.ThrowAsync<SnapshotException>(
            () => missing.TakeAsync(Take(folder.One, database, DumpToolKind.MyDumper), Token));
        e.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        e.Message.ShouldContain("/nonexistent/scratch");

        var options = new SnapshotToolOptions { ScratchRoot = scratch.Root };
        using var living = ScratchDirectory.Create(options);
        Directory.CreateDirectory(Path.Combine(scratch.Root, "drydock-scratch-dead/rows"));
        await File.WriteAllTextAsync(Path.Combine(scratch.Root, "drydock-scratch-dead/.lock"), "", Token);
        await File.WriteAllTextAsync(Path.Combine(scratch.Root, "drydock-scratch-dead/rows/a.sql"), "SECRET", Token);
        await File.WriteAllTextAsync(Path.Combine(scratch.Root, "somebody-elses"), "x", Token);
        await new Snapshotter(options: options).TakeAsync(Take(folder.One, database, DumpToolKind.MyDumper), Token);
        Directory.Exists(living.Path).ShouldBeTrue();
        Directory.GetFileSystemEntries(scratch.Root)
            .ShouldBe([living.Path, Path.Combine(scratch.Root, "somebody-elses")], ignoreOrder: true);
    }

    private static SnapshotRequest Take(
        SnapshotLocation location, MySqlOptions connection, string database, DumpToolKind tool) =>
        new() { Location = location, Connection = connection, Databases = [database], Tool = tool };

    private SnapshotRequest Take(SnapshotLocation location, string database, DumpToolKind tool) =>
        Take(location, _server.Options(), database, tool);

    private SnapshotLoadRequest Load(SnapshotLocation location, string database) =>
        new() { Location = location, Connection = _server.Options(), Database = database };

}
