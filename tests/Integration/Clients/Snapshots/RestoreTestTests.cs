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
        await MariaDbServer.ExecuteAsync(
            root, $"GRANT ALL PRIVILEGES ON `drydock\\_verify\\_%`.* TO {MariaDbServer.User}@'%'");
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
        await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = _server.Options(),
                Databases = [first, second],
                Tool = tool
            },
            Token);
        var files = folder.Files();
        var seen = new System.Collections.Concurrent.ConcurrentBag<SnapshotProgress>();
        (await new SnapshotLoader().RestoreTestAsync(
            Request(location) with { Progress = new Sink(seen) }, Token)).Findings.ShouldBeEmpty();
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
            await new Snapshotter(
                new MeddlingTool(sql => sql.Replace("ENGINE=InnoDB", broken, StringComparison.Ordinal)))
                .TakeAsync(
                    new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [database] },
                    Token);
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
        await new Snapshotter(
            new MeddlingTool(sql => sql.Replace("TRIGGER tr1", "TRIGGER tr2", StringComparison.Ordinal)
                .Replace("VIEW `v2` AS select", "VIEW `v3` AS select", StringComparison.Ordinal)))
            .TakeAsync(
                new SnapshotRequest { Location = location, Connection = _server.Options(), Databases = [database] },
                Token);
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
        await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = _server.Options(),
                Databases = [await TwoRowsAsync()]
            },
            Token);
        var scratch = RestoreTest.NameOf(location.Id);
        await using var connection = await _server.OpenAsync();
        await MariaDbServer.ExecuteAsync(connection, $"CREATE DATABASE {scratch}");
        await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE {scratch}.precious (id INT)");
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreTestAsync(
            Request(location), Token))).Failure.ShouldBe(SnapshotFailure.AlreadyExists);
        _server.Cli(scratch, "SHOW TABLES").ShouldBe("precious"u8.ToArray());

        // The test of another snapshot.
        var witness = new RestoreWitness(scratch, "restore test", "another", RestoreWitnessState.Begun);
        await witness.WriteAsync(connection, scratch, Token);
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreTestAsync(
            Request(location), Token))).Failure.ShouldBe(SnapshotFailure.AlreadyExists);
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
            "CREATE EVENT `a `` ON COMPLETION PRESERVE ENABLE '` ON SCHEDULE EVERY 1 SECOND COMMENT 'PRESERVE ENABLE ' "
            + "DO DELETE FROM a WHERE id < 0",
            "CREATE EVENT b ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE DO BEGIN SELECT 1; SELECT ' "
            + "PRESERVE ENABLE '; END",
            "CREATE EVENT c ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE ENABLE DO SELECT 1",
        ])
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        var location = folder.At("events");
        await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = _server.Options(),
                Databases = [database],
                Tool = tool
            },
            Token);
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, "SET GLOBAL event_scheduler=ON");
        var copied = "";
        var loaded = new Sink([])
        {
            Comparing = () => copied = System.Text.Encoding.UTF8.GetString(_server.Cli(
                "", "SELECT COUNT(*), SUM(STATUS = 'DISABLED') FROM information_schema.EVENTS WHERE EVENT_SCHEMA = "
                    + $"'{RestoreTest.NameOf(location.Id)}'")),
        };

        var tested = await new SnapshotLoader().RestoreTestAsync(Request(location) with { Progress = loaded }, Token);

        tested.Findings.ShouldBeEmpty();
        tested.Warnings.ShouldBeEmpty();
        copied.ShouldBe("3\t3");
        System.Text.Encoding.UTF8.GetString(_server.Cli(
            database,
            "SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND STATUS = 'ENABLED'"))
            .ShouldBe("2");
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Equal_contents_have_equal_checksums(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await HardDatabase.CreateAsync(_server);
        await using (var connection = await _server.ConnectAsync(database))
        {
            foreach (var statement in (string[])
            [
                "CREATE TABLE places (id INT PRIMARY KEY, g GEOMETRY, p POINT, i INET6, u UUID, f DOUBLE, `a``b` "
                + "CHAR(3) CHARACTER SET utf16)",
                "INSERT INTO places VALUES (1, ST_GeomFromText('LINESTRING(0 0,1 1)'), POINT(1, 2), '::1', "
                + "'6ccd780c-baba-1026-9564-5b8c656024db', 0.1, 'é'), (2, NULL, NULL, NULL, NULL, NULL, NULL)",
                "CREATE TABLE aged (id INT PRIMARY KEY, v INT, s TIMESTAMP(6) AS ROW START, e TIMESTAMP(6) AS ROW END, "
                + "PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING",
                "INSERT INTO aged (id, v) VALUES (1, 1)",
                "UPDATE aged SET v = 2",
            ])
            {
                await MariaDbServer.ExecuteAsync(connection, statement);
            }
        }

        var location = folder.At("sums");
        var manifest = await TakeAsync(location, database, tool);
        var sums = await ChecksumsAsync(database);
        sums.Count.ShouldBe(manifest.Databases[0].Tables.Count);
        sums.Values.Count(s => s != "0").ShouldBeGreaterThan(15);
        (await new SnapshotLoader().RestoreTestAsync(Request(location) with { Checksums = sums }, Token)).Findings
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("v VARCHAR(9)", "'secret'", "NULL")]
    [InlineData("v VARCHAR(9)", "''", "NULL")]
    [InlineData("v BLOB", "x'00ff'", "x'01ff'")]
    [InlineData("b BIT(9)", "b'1'", "b'11'")]
    public async Task Lost_content_is_found_without_showing_it(string column, string value, string lost)
    {
        using var folder = new TemporaryStorage();
        var database = await TwoRowsAsync();
        await using var connection = await _server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE c (id INT PRIMARY KEY, {column})");
        await MariaDbServer.ExecuteAsync(connection, $"INSERT INTO c VALUES (77, {value})");
        var location = folder.At("lost");
        await TakeAsync(
            location, database, tool: new MeddlingTool(
                sql => System.Text.RegularExpressions.Regex.Replace(sql, @"\(77,.+\);", $"(77,{lost});")));

        var tested = await new SnapshotLoader().RestoreTestAsync(
            Request(location) with { Checksums = await ChecksumsAsync(database) }, Token);

        var finding = tested.Findings.ShouldHaveSingleItem();
        finding.Failure.ShouldBe(SnapshotFailure.ContentMismatch);
        finding.Message.ShouldContain($"{database}.c:");
        finding.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Definitions_load_without_rows_and_leave_nothing()
    {
        using var folder = new TemporaryStorage();
        var database = await HardDatabase.CreateAsync(_server);
        var before = HardDatabase.Content(_server, database);
        var location = folder.At("definitions");
        var loaded = "";
        var manifest = await new Snapshotter().TakeAsync(Definitions(location, database), Token);
        var tested = await new SnapshotLoader().RestoreTestAsync(
            Request(location) with
            {
                Manifest = manifest,
                Progress = new Sink([])
                {
                    Comparing = () => loaded = Text(
                        RestoreTest.NameOf(location.Id), "SELECT (SELECT COUNT(*) FROM large), (SELECT COUNT(*) FROM "
                            + "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE())")
                },
            },
            Token);

        tested.Findings.ShouldBeEmpty();
        loaded.ShouldBe("0\t2");
        Databases().ShouldNotContain(d => d.StartsWith("drydock", StringComparison.Ordinal));
        (await new Snapshotter().FindAsync(location, Token)).ShouldBeNull();
        await new Snapshotter().DeleteAsync(location, Token);
        folder.Files().ShouldBeEmpty();
        HardDatabase.Content(_server, database).ShouldBe(before);
        (await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = folder.At("all"),
                Connection = _server.Options(),
                Databases = [database],
                Acknowledged = ["DumpLosesDigits"]
            },
            Token)).DefinitionsSha256
            .ShouldBe(manifest.DefinitionsSha256);
    }

    [Fact]
    public async Task Definitions_that_the_server_refuses_are_found()
    {
        using var folder = new TemporaryStorage();
        var database = await TwoRowsAsync();
        await using var root = await _server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, $"CREATE DEFINER = root@localhost VIEW `{database}`.v AS SELECT 1 AS a");
        var location = folder.At("refused");
        var manifest = await new Snapshotter().TakeAsync(Definitions(location, database), Token);

        var tested = await new SnapshotLoader().RestoreTestAsync(Request(location) with { Manifest = manifest }, Token);

        tested.Findings.ShouldHaveSingleItem().Message.ShouldContain("1227");
        Databases().ShouldNotContain(d => d.StartsWith("drydock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scratch_database_of_a_killed_test_is_dropped()
    {
        using var folder = new TemporaryStorage();
        var database = await TwoRowsAsync();
        var location = folder.At("killed");
        var manifest = await new Snapshotter().TakeAsync(Definitions(location, database), Token);
        var scratch = RestoreTest.NameOf(location.Id);
        var request = Request(location) with { Manifest = manifest };
        await new SnapshotLoader().ClearTestAsync(request, [database], Token);

        await using var killed = await _server.OpenAsync();
        await MariaDbServer.ExecuteAsync(killed, $"CREATE DATABASE {scratch}");
        await new RestoreWitness(scratch, "restore test", location.Id, RestoreWitnessState.Begun).WriteAsync(
            killed, scratch, Token);
        await MariaDbServer.ExecuteAsync(killed, $"CREATE TABLE {scratch}.a (id INT)");
        await MariaDbServer.ExecuteAsync(killed, $"DO GET_LOCK('{SessionMarker.RestoreLock(scratch)}', 0)");
        var listed = (await MySqlServer.SessionsAsync(killed, Token)).Single(s => s.IsOwn);
        await SessionRecords.AddAsync(location, new SnapshotSession(
            location.Id, database + SessionMarker.ForTest, listed.Id, listed.Host,
            (await MySqlServer.IdentifyAsync(killed, Token)).Key), Token);

        await new SnapshotLoader().ClearTestAsync(request, [database], Token);

        Databases().ShouldNotContain(scratch);
        folder.Files().ShouldNotContain(f => f.Contains("sessions/", StringComparison.Ordinal));
        (await new SnapshotLoader().RestoreTestAsync(request, Token)).Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Copy_never_uses_sequences_of_the_original(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await TwoRowsAsync();
        await using var connection = await _server.OpenAsync(database);
        foreach (var statement in (string[])
        [
            "CREATE SEQUENCE sq NOCACHE",
            "CREATE TABLE numbered (id INT PRIMARY KEY DEFAULT NEXTVAL(sq), v INT, h INT INVISIBLE DEFAULT (1 + NEXT "
            + "VALUE FOR sq))",
            "CREATE TABLE aged (id INT PRIMARY KEY, n INT DEFAULT NEXTVAL(sq)) WITH SYSTEM VERSIONING",
            "CREATE TABLE log (id INT PRIMARY KEY DEFAULT NEXTVAL(sq), v INT)",
            "INSERT INTO numbered (v) VALUES (1), (2), (3)",
            "INSERT INTO aged (id) VALUES (1)",
            "UPDATE aged SET n = 0",
            "CREATE TRIGGER logs AFTER INSERT ON numbered FOR EACH ROW INSERT INTO log (v) VALUES (NEW.v)",
        ])
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        var location = folder.At("sequences");
        await TakeAsync(location, database, tool);
        var next = Next();
        var (bound, tables) = ("", "");
        var loaded = new Sink([])
        {
            Comparing = () =>
            {
                var scratch = RestoreTest.NameOf(location.Id);
                tables = Text(scratch, "SELECT COUNT(*) FROM numbered");
                bound = Text(
                    "", $"SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{scratch}' AND "
                        + "COLUMN_DEFAULT LIKE '%nextval%'");
            },
        };

        var tested = await new SnapshotLoader().RestoreTestAsync(Request(location) with { Progress = loaded }, Token);

        tested.Findings.ShouldBeEmpty();
        tested.Warnings.ShouldBeEmpty();
        (tables, bound).ShouldBe(("3", "0"));
        Next().ShouldBe(next);
        _server.Cli(database, "SELECT COUNT(*) FROM log").ShouldBe("0"u8.ToArray());

        string Next() => Text(database, "SELECT next_not_cached_value FROM sq");
    }

    [Fact]
    public async Task RestoreTest_is_refused_while_same_snapshot_is_tested()
    {
        using var folder = new TemporaryStorage();
        var location = folder.At("busy");
        await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = _server.Options(),
                Databases = [await TwoRowsAsync()]
            },
            Token);
        await using var other = await _server.OpenAsync();
        await MariaDbServer.ExecuteAsync(
            other, $"DO GET_LOCK('{SessionMarker.RestoreLock(RestoreTest.NameOf(location.Id))}', 0)");
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreTestAsync(
            Request(location), Token))).Failure.ShouldBe(SnapshotFailure.Busy);
        folder.Files().Length.ShouldBe(2);
    }

    private Task<SnapshotManifest> TakeAsync(
        SnapshotLocation location, string database, DumpToolKind kind = DumpToolKind.MySqlDump,
        IDumpTool? tool = null) =>
        new Snapshotter(tool).TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = _server.Options(),
                Databases = [database],
                Tool = kind,
                Acknowledged = ["DumpLosesDigits"]
            },
            Token);

    private Task<IReadOnlyDictionary<string, string>> ChecksumsAsync(string database) =>
        new SnapshotLoader().ReadChecksumsAsync(_server.Options(), [database], Token);

    private SnapshotRequest Definitions(SnapshotLocation location, string database) =>
        new() { Location = location, Connection = _server.Options(), Databases = [database], Definitions = true };

    private string Text(string database, string sql) => System.Text.Encoding.UTF8.GetString(_server.Cli(database, sql));

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

    private sealed class Sink(System.Collections.Concurrent.ConcurrentBag<SnapshotProgress> seen)
        : IProgress<SnapshotProgress>
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
