using Drydock.Tests.Unit.Fakes;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>The lock of the session that leads a load keeps everybody else from altering the database.</summary>
public sealed class LoadFenceTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_on_OceanBase_with_named_locks_is_fenced()
    {
        using var folder = new TemporaryStorage();
        await using var oceanBase = new MariaDbServer { Arguments = ["--version=5.7.25-OceanBase-v4.2.1"] };
        await oceanBase.InitializeAsync();
        await using var leader = await LoadSession.OpenAsync(folder.One, oceanBase.Options(), "t_rm", Token);
        leader.Server.Kind.ShouldBe(MySqlServerKind.OceanBase);
        await leader.LockAsync("t_rm", Token);
        leader.Lock!.Name.ShouldBe(SessionMarker.RestoreLock("t_rm"));
        leader.Opening(SessionMarker.LoadLock("s", "t_rm"), rows: true).ShouldSatisfyAllConditions(
            login => login.ShouldContain(string.Create(
                CultureInfo.InvariantCulture, $"IS_USED_LOCK('{leader.Lock?.Name}')={leader.Connection.Id}")),
            login => login.ShouldContain(SessionMarker.LoadLock("s", "t_rm")));
        await using var second = await LoadSession.OpenAsync(folder.One, oceanBase.Options(), "t_rm", Token);
        (await Should.ThrowAsync<SnapshotException>(() => second.LockAsync("t_rm", Token))).Failure
            .ShouldBe(SnapshotFailure.Busy);
    }

    [Fact]
    public async Task Rows_are_loaded_only_while_leader_holds_lock()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        var load = await RowsAsync(
            folder.One, database, "INSERT INTO `t` VALUES\n(1),\n(0);\n", "INSERT INTO `t` VALUES\n(2);\n");
        await using var leader = await LoadSession.OpenAsync(load.Location, server.Options(), database, Token);
        await leader.LockAsync(load.Key, Token);

        // The lock is lost while the tables are loaded, and then before anything is.
        var release = "DO RELEASE_LOCK('" + leader.Lock?.Name + "')";
        var losing =
            load with { Request = load.Request with { OnSession = (_, token) => leader.ExecuteAsync(release, token) } };
        foreach (var attempt in (DatabaseLoad[])[losing, load])
        {
            (await Should.ThrowAsync<SnapshotException>(() => Run.LoadAsync(attempt, leader, Token))).Failure
                .ShouldBe(SnapshotFailure.Busy);
            server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("0"u8.ToArray());
        }

        await leader.ExecuteAsync("DO GET_LOCK('" + leader.Lock?.Name + "', 0)", Token);
        await Run.LoadAsync(load, leader, Token);
        server.Cli(database, "SELECT GROUP_CONCAT(id ORDER BY id) FROM t").ShouldBe("0,1,2"u8.ToArray());
    }

    [Fact]
    public async Task Leader_is_closed_although_its_server_hangs()
    {
        using var folder = new TemporaryStorage();
        var way = await WatchedConnection.OpenAsync(server.Port, Token);
        var leader = await LoadSession.OpenAsync(
            folder.One, server.Options() with { Connect = _ => Task.FromResult<Stream>(way) }, "t_hangs", Token);
        await leader.LockAsync("t_hangs", Token);
        way.Hangs = true;

        await leader.DisposeAsync().AsTask().WaitAsync(Deadline.Default, Token);
    }

    [Fact]
    public async Task Leader_uses_its_session_while_others_load()
    {
        using var folder = new TemporaryStorage();
        var (times, clock) = (new LockRowTimes(), new ManualTimeProvider());
        var way = await WatchedConnection.OpenAsync(server.Port, Token);
        await using var leader = await LoadSession.OpenAsync(
            folder.One, server.Options() with { Connect = _ => Task.FromResult<Stream>(way) }, "t_idle", Token,
            times with { Clock = clock });
        await leader.LockAsync("t_idle", Token);

        for (var i = 0; i < 3; i++)
        {
            // The last use has ended.
            await clock.WaitForTimerAsync(due => due <= times.Renewal, Token).WaitAsync(Deadline.Default, Token);
            var used = way.UsedAsync();
            clock.Advance(times.Renewal);
            await used.WaitAsync(Deadline.Default, Token);
        }

        (await leader.AskAsync(_ => leader.Lock!.IsHeldAsync(Token), Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task First_failure_ends_all_clients_of_rows()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();

        // More than a pipe holds, so that no client takes another file while its statement runs.
        var rest = string.Concat(Enumerable.Repeat("-- a line of a comment\n", 100_000));
        string[] files =
        [
            "DO SLEEP(600);\n", "INSERT INTO `t` VALUES\n(1);\nDO SLEEP(600);\n",
            "DO SLEEP(1);\nINSERT INTO `missing` VALUES\n(1);\n", "DO SLEEP(600);\n"
        ];
        var load = await RowsAsync(folder.One, database, [.. files.Select(f => f + rest)]);
        await using var leader = await LoadSession.OpenAsync(load.Location, server.Options(), database, Token);
        await leader.LockAsync(load.Key, Token);

        var failed = await Should.ThrowAsync<SnapshotException>(() => Run.LoadAsync(load, leader, Token));

        failed.Failure.ShouldBe(SnapshotFailure.LoadFailed);
        failed.Message.ShouldContain("1146");
        Clients(database).ShouldBeEmpty();
        server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("0"u8.ToArray(), "what was not committed is not there");
    }

    private static LoadRun Run => new(new SnapshotToolOptions(), TimeProvider.System);

    private static IEnumerable<string> Clients(string database) =>
        Directory.EnumerateDirectories("/proc").Where(p => Path.GetFileName(p).All(char.IsAsciiDigit))
            .Where(p => CommandLine(p).Contains($"--database={database}", StringComparison.Ordinal));

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return "";
        }
    }

    private async Task<DatabaseLoad> RowsAsync(SnapshotLocation location, string database, params string[] files)
    {
        const string Create = "CREATE TABLE IF NOT EXISTS t (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;\n"
            + HandMadeSnapshot.Trailer;
        await HandMadeSnapshot.WriteAsync(
            location, database, [(SnapshotPart.Tables, Create), .. files.Select(f => (SnapshotPart.Rows, f))]);
        return await DatabaseLoad.ReadAsync(
            new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database }, "",
            Token);
    }
}
