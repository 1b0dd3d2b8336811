using System.Collections.Concurrent;

namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class RestoreTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restored_database_equals_original_byte_for_byte()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server);
        var before = SampleDatabase.Content(server, database);
        var location = folder.One;
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        var sessions = new ConcurrentBag<SnapshotSession>();
        var loader = new SnapshotLoader();
        var request = new SnapshotLoadRequest
        {
            Location = location,
            Connection = server.Options(),
            Database = database,
            OnSession = (s, _) =>
            {
                sessions.Add(s);
                return Task.CompletedTask;
            },
        };

        await using var connection = await server.OpenAsync();
        (await loader.CheckAsync(request, Token)).ShouldBeEmpty();
        await loader.RestoreAsync(request, Token);

        SampleDatabase.Content(server, database).ShouldBe(before);
        (await LoadRun.CompareAsync(connection, manifest.Databases[0], database, definitions: true, Token))
            .ShouldBeEmpty();
        sessions.ShouldHaveSingleItem().Host.ShouldContain(":");
        folder.Files().Length.ShouldBe(2);

        await MariaDbServer.ExecuteAsync(connection, $"USE `{database}`");
        await MariaDbServer.ExecuteAsync(connection, "DROP TRIGGER tr1");
        await MariaDbServer.ExecuteAsync(connection, "CREATE OR REPLACE VIEW v2 AS SELECT 1 AS one");
        await MariaDbServer.ExecuteAsync(connection, "DELETE FROM heatbeat_sequence");
        var differences = await LoadRun.CompareAsync(
            connection, manifest.Databases[0], database, definitions: true, Token);
        differences.Select(f => f.Failure).ShouldBe(
            [SnapshotFailure.CatalogueMismatch, SnapshotFailure.CatalogueMismatch, SnapshotFailure.RowCountMismatch]);
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Witness_of_a_restore_is_in_the_database_and_in_no_dump(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 30);
        await using var connection = await server.OpenAsync();
        var loader = new SnapshotLoader();
        foreach (var id in new[] { "one", "two" })
        {
            var location = folder.At(id);
            var manifest = await new Snapshotter().TakeAsync(
                new SnapshotRequest
                {
                    Location = location,
                    Connection = server.Options(),
                    Databases = [database],
                    Tool = tool
                },
                Token);
            manifest.Databases[0].Tables.ShouldNotContain(t => t.Name == RestoreWitness.Table);

            IReadOnlyList<RestoreWitness> before = [];
            await loader.RestoreAsync(
                new SnapshotLoadRequest
                {
                    Location = location,
                    Connection = server.Options(),
                    Database = database,
                    Witness = new RestoreWitness($"uid-{id}", "oms/back", id, RestoreWitnessState.Begun),
                    OnDrop = (drop, _) =>
                    {
                        drop.IsEmpty.ShouldBeFalse();
                        drop.Tables.ShouldBe(manifest.Databases[0].Tables.Count);
                        before = drop.Witnesses;
                        return Task.CompletedTask;
                    },
                },
                Token);

            before.Select(w => w.Restore).Distinct().ShouldBe(id == "one" ? [] : ["uid-one"]);
            var after = await RestoreWitness.ReadAsync(connection, database, Token);
            after.Select(w => (w.Restore, w.State))
                .ShouldBe([($"uid-{id}", RestoreWitnessState.Begun), ($"uid-{id}", RestoreWitnessState.Restored)]);
            (await LoadRun.CompareAsync(connection, manifest.Databases[0], database, definitions: true, Token))
                .ShouldBeEmpty();

            // Written again, nothing changes.
            await after[0].WriteAsync(connection, database, Token);
            (await RestoreWitness.ReadAsync(connection, database, Token)).ShouldBe(after);
        }

        (await RestoreWitness.ReadAsync(connection, "tnosuch", Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Database_can_be_loaded_under_another_name()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 30);
        var location = folder.At("at-top", path: "");
        await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        var target = database + "_copy";
        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest
            {
                Location = location,
                Connection = server.Options(),
                Database = database,
                Target = target
            },
            Token);
        SampleDatabase.Content(server, target).ShouldBe(SampleDatabase.Content(server, database));
    }

    [Fact]
    public async Task Damaged_file_is_refused_before_load()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 5);
        var location = folder.One;
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        var file = folder.FileOf(location, manifest.Databases[0]);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[^20] ^= 0x40;
        await File.WriteAllBytesAsync(file, bytes, Token);
        var target = await server.CreateDatabaseAsync();
        var request = new SnapshotLoadRequest
        {
            Location = location,
            Connection = server.Options(),
            Database = database,
            Target = target
        };
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(request, Token))).Failure
            .ShouldBe(SnapshotFailure.ChecksumMismatch);
        (await new SnapshotLoader().CheckAsync(request, Token)).ShouldNotBeEmpty();
        server.Cli("", $"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{target}'")
            .ShouldBe("0"u8.ToArray());
    }

    [Fact]
    public async Task Statement_above_server_packet_limit_is_found_before_drop()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 5);
        await using (var connection = await server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(
                connection,
                "INSERT INTO oms_normal_config (cfg_name, data) VALUES ('huge', REPEAT(UNHEX('00FF'), 17000000))");
        }

        var location = folder.One;
        await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        var findings = await new SnapshotLoader().CheckAsync(
            new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database }, Token);
        findings.ShouldHaveSingleItem().Failure.ShouldBe(SnapshotFailure.PacketTooLarge);
    }

    [Theory]
    [InlineData("utf8mb4", "utf8mb4_nowhere_ci")]
    [InlineData("utf8mb5", "utf8mb4_general_ci")]
    [InlineData("latin1", "utf8mb4_general_ci")]
    public async Task Character_set_that_server_lacks_is_found_before_drop(string set, string collation)
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE t (a INT)");
        await MariaDbServer.ExecuteAsync(connection, "INSERT INTO t VALUES (1)");
        var location = folder.One;
        var manifest = await HandMadeSnapshot.WriteAsync(
            location, database, (SnapshotPart.Whole, HandMadeSnapshot.Trailer));
        await location.Storage.DeleteAsync(location.ManifestName, Token);
        await ManifestStore.PublishAsync(
            location,
            manifest with { Databases = [manifest.Databases[0] with { CharacterSet = set, Collation = collation }] },
            Token);
        var request =
            new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database };

        // The files are not read: a check that waits for another server is repeated.
        var file = folder.FileOf(location, manifest.Databases[0]);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        await File.WriteAllBytesAsync(file, bytes[..^10], Token);
        (await new SnapshotLoader().CheckAsync(request, Token)).ShouldHaveSingleItem().Message
            .ShouldContain($"{set} and collation {collation}");
        await File.WriteAllBytesAsync(file, bytes, Token);
        var refused = await Should.ThrowAsync<SnapshotException>(
            () => new SnapshotLoader().RestoreAsync(request, Token));

        refused.Failure.ShouldBe(SnapshotFailure.InvalidRequest);
        refused.Message.ShouldContain("Nothing was dropped");
        server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("1"u8.ToArray());
    }

    [Fact]
    public async Task Database_of_every_present_character_set_is_accepted()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        var location = folder.One;
        var manifest = await HandMadeSnapshot.WriteAsync(
            location, database, (SnapshotPart.Whole, HandMadeSnapshot.Trailer));
        var pairs = await connection.RowsAsync(
            "SELECT CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLLATIONS WHERE IS_DEFAULT = 'Yes'",
            Token);
        pairs.Count.ShouldBeGreaterThan(20);
        foreach (var pair in pairs.Append(["utf8", "utf8_general_ci"]))
        {
            await location.Storage.DeleteAsync(location.ManifestName, Token);
            await ManifestStore.PublishAsync(
                location,
                manifest with
                {
                    Databases = [manifest.Databases[0] with { CharacterSet = pair[0]!, Collation = pair[1]! }]
                },
                Token);
            (await new SnapshotLoader().CheckAsync(
                new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database },
                Token)).ShouldBeEmpty(pair[0]);
        }
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task History_of_system_versioned_table_is_restored(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        foreach (var statement in (string[])
        [
            "CREATE TABLE sv (a INT) WITH SYSTEM VERSIONING",
            "CREATE TABLE plain (a INT)",
            "INSERT INTO sv VALUES (1)",
            "UPDATE sv SET a = 2",
            "INSERT INTO sv VALUES (5)",
            "DELETE FROM sv WHERE a = 5",
        ])
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        const string All = "SELECT a, row_start, row_end FROM sv FOR SYSTEM_TIME ALL ORDER BY row_start, a";
        var before = server.Cli(database, All);
        var location = folder.At("history");
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = server.Options(),
                Databases = [database],
                Tool = tool
            },
            Token);
        manifest.Databases[0].Tables.Select(t => $"{t.Name}={t.Rows}").ShouldBe(["plain=0", "sv=3"]);
        manifest.Tool.Omission.ShouldBeNull();

        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database }, Token);

        server.Cli(database, All).ShouldBe(before);
    }

    [Fact]
    public async Task History_that_cannot_be_dumped_is_named_in_the_manifest()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(
            connection,
            "CREATE TABLE tx (a INT, s BIGINT UNSIGNED AS ROW START, e BIGINT UNSIGNED AS ROW END, PERIOD FOR "
            + "SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING ENGINE=InnoDB");
        await MariaDbServer.ExecuteAsync(connection, "INSERT INTO tx (a) VALUES (1)");
        await MariaDbServer.ExecuteAsync(connection, "UPDATE tx SET a = 2");

        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = folder.At("tx"), Connection = server.Options(), Databases = [database] },
            Token);

        manifest.Databases[0].Rows.ShouldBe(1);
        manifest.Tool.Omission.ShouldNotBeNull().ShouldEndWith($": {database}.tx");
    }

    [Fact]
    public async Task Refused_load_reports_server_error_without_password()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using (var connection = await server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE a (id INT PRIMARY KEY) ENGINE=InnoDB");
            await MariaDbServer.ExecuteAsync(connection, "INSERT INTO a VALUES (1),(2)");
        }

        var location = folder.One;
        await new Snapshotter(
            new MeddlingTool(sql => sql.Replace("ENGINE=InnoDB", "ENGINE=InnoDB BROKEN", StringComparison.Ordinal)))
            .TakeAsync(
                new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] },
                Token);
        var target = await server.CreateDatabaseAsync();
        var e = await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest
            {
                Location = location,
                Connection = server.Options(),
                Database = database,
                Target = target
            }, Token));
        e.Failure.ShouldBe(SnapshotFailure.LoadFailed);
        e.Message.ShouldContain("1064");
        e.Message.ShouldNotContain("canary");
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Refused_row_is_reported_without_its_data(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using (var connection = await server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(
                connection, "CREATE TABLE a (id VARCHAR(40) PRIMARY KEY) COLLATE utf8mb4_bin");
            await MariaDbServer.ExecuteAsync(connection, "INSERT INTO a VALUES ('canary it''s'),('CANARY IT''S')");
        }

        // Loaded into a table in which both rows have the same key.
        var location = folder.One;
        await new Snapshotter(new MeddlingTool(
            sql => sql.Replace("utf8mb4_bin", "utf8mb4_general_ci", StringComparison.Ordinal),
            tool == DumpToolKind.MyDumper ? new MyDumperTool() : null))
            .TakeAsync(
                new SnapshotRequest
                {
                    Location = location,
                    Connection = server.Options(),
                    Databases = [database],
                    Tool = tool
                },
                Token);
        var e = await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database },
            Token));
        e.Failure.ShouldBe(SnapshotFailure.LoadFailed);

        // MariaDB loads an empty table in bulk, and then finds the row at COMMIT.
        e.Message.ShouldMatch("ERROR (1062|1180)");
        e.ToString().ShouldNotContain("canary", Case.Insensitive);
    }
}
