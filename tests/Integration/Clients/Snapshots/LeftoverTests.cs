namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// What an operator that was killed or cancelled leaves behind, and what its successor does about it.
/// </summary>
public sealed class LeftoverTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SIGKILL_of_operator_ends_mysqldump_and_repeat_succeeds()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 20);
        var id = "kill-" + database;
        var location = folder.At(id, path: "");
        await using var locker = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(locker, "LOCK TABLES oms_normal_config WRITE");

        int dump;
        ListedSession stuck;
        using (var parent = SacrificialParent.Start(server.Options(), folder.Root, id, database))
        {
            IReadOnlyList<ListedSession> found = [];
            await UntilAsync(
                async () =>
                {
                    // Before mysqldump, the session that reads the catalogue is found by its statements.
                    found = await FindAsync(server, location);
                    return found.Count > 0 && DumpProcesses(id).Count > 0;
                },
                "the session of mysqldump waits");
            stuck = found.ShouldHaveSingleItem();
            dump = DumpProcesses(id).ShouldHaveSingleItem();
            ParentOf(dump).ShouldBe(parent.Id);
            (await File.ReadAllTextAsync($"/proc/{dump}/cmdline", Token)).ShouldNotContain("canary");
            (await File.ReadAllTextAsync($"/proc/{dump}/environ", Token)).ShouldNotContain("canary");
            parent.Kill();
        }

        await UntilAsync(
            () => Task.FromResult(!Directory.Exists($"/proc/{dump}") || State(dump) == 'Z'), "mysqldump is dead");
        folder.Files().Count(f => f.EndsWith(".partial", StringComparison.Ordinal)).ShouldBe(1);

        // Whether the server noticed by itself that nobody is there any more or has to be told: afterwards the session
        // is gone.
        await new SnapshotSessions().EndAsync(location, server.Options(), null, Token);
        (await SessionIdsAsync()).ShouldNotContain(stuck.Id);

        await MariaDbServer.ExecuteAsync(locker, "UNLOCK TABLES");
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        folder.Files().ShouldBe([.. new[] { location.ManifestName, location.Prefix + manifest.Databases[0].File.Name }
            .Order(StringComparer.Ordinal)]);
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Databases_that_a_dead_process_finished_leave_no_file(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 2);
        var location = folder.One;
        foreach (var name in (string[])["rm.11111111.sql.gz", "rm.22222222/rows/t.sql.gz"])
        {
            await location.Storage.WriteAsync(location.Prefix + name, "former");
        }

        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = server.Options(),
                Databases = [database],
                Tool = tool
            },
            Token);

        folder.Files().ShouldBe(
            [.. manifest.Databases[0].StoredFiles.Select(f => location.Prefix + f.Name).Append(location.ManifestName)
                .Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public async Task Recorded_session_is_ended_only_when_id_and_address_match()
    {
        using var folder = new TemporaryStorage();
        var location = folder.At("recorded-" + Guid.NewGuid().ToString("N"));
        await using var left = await server.OpenAsync();
        await using var innocent = await server.OpenAsync();
        var identity = await MySqlServer.IdentifyAsync(left, Token);
        var host = (await MySqlServer.SessionsAsync(left, Token)).Single(s => s.Id == left.Id).Host;
        await SessionRecords.AddAsync(
            location, new SnapshotSession(location.Id, "db", left.Id, host, identity.Key), Token);
        await SessionRecords.AddAsync(
            location, new SnapshotSession(location.Id, "db", innocent.Id, host, identity.Key), Token);
        await SessionRecords.AddAsync(
            location, new SnapshotSession(location.Id, "db", innocent.Id, "", "another-server:1"), Token);

        (await new SnapshotSessions().EndAsync(folder.At("recorded"), server.Options(), null, Token)).ShouldBeEmpty();
        (await FindAsync(server, location)).ShouldHaveSingleItem().Id.ShouldBe(left.Id);
        (await new SnapshotSessions().EndAsync(location, server.Options(), null, Token)).ShouldHaveSingleItem().Id
            .ShouldBe(left.Id);
        folder.Files().ShouldBeEmpty();
        (await SessionIdsAsync()).ShouldContain(innocent.Id);
        (await Should.ThrowAsync<MySqlSessionException>(
            () => MariaDbServer.ExecuteAsync(left, "DO 1"))).IsConnectionError.ShouldBeTrue();
    }

    [Fact]
    public async Task Unrecorded_session_is_found_by_marker_and_ended()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 2);
        var location = folder.At("marked-" + database);
        await using var locker = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(
            locker, "LOCK TABLES heatbeat_sequence WRITE, oms_normal_config WRITE, empty_table WRITE, `odd ``name``; "
                + "(x)` WRITE");
        await using var waiting = await server.OpenAsync(database);
        var count = CountAsync(waiting, location.Id);
        await UntilAsync(async () => (await FindAsync(server, location)).Count == 1, "the marked statement is seen");
        (await new SnapshotSessions().EndAsync(location, server.Options(), null, Token)).ShouldHaveSingleItem().Id
            .ShouldBe(waiting.Id);
        (await Should.ThrowAsync<MySqlSessionException>(() => count)).IsConnectionError.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancellation_kills_mysqldump_and_repeat_succeeds()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 20);
        var id = "cancel-" + database;
        var location = folder.At(id);
        await using var locker = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(locker, "LOCK TABLES oms_normal_config WRITE");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var request =
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] };
        var taking = new Snapshotter().TakeAsync(request, cancel.Token);
        IReadOnlyList<ListedSession> found = [];
        await UntilAsync(
            async () =>
            {
                found = await FindAsync(server, location);
                return found.Count > 0 && DumpProcesses(id).Count == 1;
            },
            "the session of mysqldump waits");
        var session = found.ShouldHaveSingleItem();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => taking);
        DumpProcesses(id).ShouldBeEmpty();

        // The lock is still held: the repeat waits for it, the old session does not.
        var again = new Snapshotter().TakeAsync(request, Token);
        await UntilAsync(async () => !(await SessionIdsAsync()).Contains(session.Id), "the old session is gone");
        await MariaDbServer.ExecuteAsync(locker, "UNLOCK TABLES");
        (await again).Databases.ShouldHaveSingleItem().Rows.ShouldBeGreaterThan(20);
        folder.Files().Length.ShouldBe(2);
    }

    [Fact]
    public async Task Abandoned_load_session_is_ended_before_repeated_load()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 20);
        var location = folder.At("load-" + database);
        await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        var target = await server.CreateDatabaseAsync();

        // A session of a load that died before its record was written: it holds the lock and nothing else is known of
        // it.
        await using var dead = await server.OpenAsync(target);
        await MariaDbServer.ExecuteAsync(
            dead, $"DO GET_LOCK(CONCAT('{SessionMarker.LoadLock(location.Id, database)}', CONNECTION_ID()), 0)");
        (await FindAsync(server, location)).ShouldHaveSingleItem().Id.ShouldBe(dead.Id);
        (await new SnapshotSessions().EndAsync(location, server.Options(), "another", Token)).ShouldBeEmpty();

        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest
            {
                Location = location,
                Connection = server.Options(),
                Database = database,
                Target = target
            },
            Token);
        (await SessionIdsAsync()).ShouldNotContain(dead.Id);
        SampleDatabase.Content(server, target).ShouldBe(SampleDatabase.Content(server, database));
    }

    [Fact]
    public async Task Child_process_outlives_thread_that_started_it()
    {
        ChildProcess? child = null;
        var thread = new Thread(() => child = ChildProcess.Start("setpriv", "cat", [], redact: ""));
        thread.Start();
        thread.Join();
        using var echo = child.ShouldNotBeNull();
        await echo.StandardInput.WriteAsync("still here\n"u8.ToArray(), Token);
        await echo.StandardInput.FlushAsync(Token);
        using var reader = new StreamReader(echo.StandardOutput, leaveOpen: true);
        (await reader.ReadLineAsync(Token)).ShouldBe("still here");
        echo.StandardInput.Close();
        (await echo.Exited).ShouldBe(0);
    }

    internal static async Task<IReadOnlyList<ListedSession>> FindAsync(MariaDbServer server, SnapshotLocation location)
    {
        await using var session = await server.OpenAsync();
        return await SnapshotSessions.FindAsync(location, session, server.Options().UserID, only: null, Token);
    }

    private static Task<string?> CountAsync(MySqlSession session, string id)
    {
        session.CommandTimeout = 0;
        return session.ScalarAsync($"SELECT COUNT(*) FROM oms_normal_config /* drydock:{id}; */", Token);
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) =>
        Deadline.UntilAsync(what, _ => condition(), cancellationToken: Token);

    private static List<int> DumpProcesses(string id) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                ? pid
                : 0)
            .Where(pid => pid > 0 && Arguments(pid).StartsWith("mysqldump\0", StringComparison.Ordinal)
                && Arguments(pid).Contains(id, StringComparison.Ordinal))];

    private static string Arguments(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            // Gone meanwhile.
            return "";
        }
    }

    private static int ParentOf(int pid) => int.Parse(Stat(pid)[1], CultureInfo.InvariantCulture);

    private static char State(int pid)
    {
        try
        {
            return Stat(pid)[0][0];
        }
        catch (IOException)
        {
            return 'Z';
        }
    }

    private static string[] Stat(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private async Task<List<ulong>> SessionIdsAsync()
    {
        await using var connection = await server.OpenAsync();
        return [.. (await MySqlServer.SessionsAsync(connection, Token)).Select(s => s.Id)];
    }
}
