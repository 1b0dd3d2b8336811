namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>What a dump needs of the sessions that drop and load, and what a drop that fails half way leaves.</summary>
public sealed class DropAndSettingsTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Database_with_foreign_key_from_outside_is_restored()
    {
        using var folder = new TemporaryStorage();
        var (database, _) = await WithForeignKeyFromOutsideAsync();
        await new Snapshotter().TakeAsync(Request(folder.One, database), Token);

        await new SnapshotLoader().RestoreAsync(Load(folder.One, database), Token);

        server.Cli(database, "SHOW TABLES").ShouldBe("a\nm_parent\nsq\nv\nz"u8.ToArray());
    }

    [Fact]
    public async Task Failed_drop_leaves_witness_and_next_attempt_continues()
    {
        using var folder = new TemporaryStorage();
        var (database, other) = await WithForeignKeyFromOutsideAsync();
        await new Snapshotter().TakeAsync(Request(folder.One, database), Token);
        var begun = new RestoreWitness("uid-1", "oms/back", "s", RestoreWitnessState.Begun);
        await using (var leader = await LoadSession.OpenAsync(folder.One, server.Options(), database, Token))
        {
            await leader.LockAsync(database, Token);
            await leader.WitnessAsync(begun, Token);

            // As of a server that refuses to switch the check off.
            await leader.ExecuteAsync("SET SESSION foreign_key_checks=1", Token);
            var failed = await Should.ThrowAsync<SnapshotException>(() => leader.DropAsync(Token));
            failed.Message.ShouldContain("ERROR 1451");
        }

        server.Cli(database, "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
            .ShouldBe("m_parent\tBASE TABLE\nzz_drydock_restore\tBASE TABLE"u8.ToArray());
        SnapshotDrop? seen = null;
        await new SnapshotLoader().RestoreAsync(
            Load(folder.One, database) with
            {
                Witness = begun,
                OnDrop = (drop, _) =>
                {
                    seen = drop;
                    return Task.CompletedTask;
                },
            },
            Token);

        seen.ShouldNotBeNull().Witnesses.ShouldHaveSingleItem().Restore.ShouldBe("uid-1");
        server.Cli(database, "SHOW TABLES").ShouldBe("a\nm_parent\nsq\nv\nz\nzz_drydock_restore"u8.ToArray());
        server.Cli(other, "SELECT COUNT(*) FROM c").ShouldBe("0"u8.ToArray());
    }

    [Fact]
    public async Task Witness_is_in_the_database_before_it_is_dropped()
    {
        using var folder = new TemporaryStorage();
        await using var impatient = new MariaDbServer { Arguments = ["--lock-wait-timeout=1"] };
        await impatient.InitializeAsync();
        var database = await impatient.CreateDatabaseAsync();
        await using var reader = await impatient.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(reader, "CREATE TABLE a (id INT)");
        var location = folder.One;
        await HandMadeSnapshot.WriteAsync(location, database, (SnapshotPart.Whole, HandMadeSnapshot.Trailer));
        await MariaDbServer.ExecuteAsync(reader, "BEGIN");
        await MariaDbServer.ExecuteAsync(reader, "INSERT INTO a VALUES (1)");

        var request = new SnapshotLoadRequest
        {
            Location = location,
            Connection = impatient.Options(),
            Database = database,
            Witness = new RestoreWitness("uid-2", "oms/back", "s", RestoreWitnessState.Begun),
            OnDrop = static (_, _) => Task.CompletedTask,
        };
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(request, Token))).Message
            .ShouldContain("ERROR 1205");

        await MariaDbServer.ExecuteAsync(reader, "COMMIT");
        (await RestoreWitness.ReadAsync(reader, database, Token)).ShouldHaveSingleItem().Restore.ShouldBe("uid-2");
    }

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Table_made_without_strict_mode_is_restored(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "SET SESSION innodb_strict_mode=0");
        var columns = string.Join(", ", Enumerable.Range(1, 34).Select(n => $"c{n} VARCHAR(255) CHARACTER SET latin1"));
        await MariaDbServer.ExecuteAsync(
            connection, $"CREATE TABLE wide ({columns}) ENGINE=InnoDB ROW_FORMAT=REDUNDANT");
        await MariaDbServer.ExecuteAsync(connection, "INSERT INTO wide (c1) VALUES ('x')");
        await new Snapshotter().TakeAsync(Request(folder.One, database) with { Tool = tool }, Token);

        await new SnapshotLoader().RestoreAsync(Load(folder.One, database), Token);

        server.Cli(database, "SELECT c1 FROM wide").ShouldBe("x"u8.ToArray());
    }

    [Fact]
    public async Task Failed_load_says_which_setting_the_server_does_not_know()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        await HandMadeSnapshot.WriteAsync(
            folder.One, database, (SnapshotPart.Whole, "NONSENSE;\n" + HandMadeSnapshot.Trailer));

        var failed = await Should.ThrowAsync<SnapshotException>(
            () => new SnapshotLoader().RestoreAsync(Load(folder.One, database), Token));

        failed.Failure.ShouldBe(SnapshotFailure.LoadFailed);
        failed.Message.ShouldContain("ERROR 1064");
        failed.Message.ShouldContain(
            "sql_require_primary_key was not switched off for the load: ERROR 1193: Unknown system variable");
        failed.Message.ShouldNotContain("innodb_strict_mode");
    }

    private SnapshotLoadRequest Load(SnapshotLocation location, string database) =>
        new() { Location = location, Connection = server.Options(), Database = database };

    private SnapshotRequest Request(SnapshotLocation location, string database) =>
        new() { Location = location, Connection = server.Options(), Databases = [database] };

    // A database with a view and a sequence, and a table of another one that refers to it.
    private async Task<(string Database, string Other)> WithForeignKeyFromOutsideAsync()
    {
        var (database, other) = (await server.CreateDatabaseAsync(), await server.CreateDatabaseAsync());
        await using var connection = await server.OpenAsync(database);
        foreach (var statement in (string[])
        [
            "CREATE TABLE a (id INT PRIMARY KEY)",
            "CREATE TABLE m_parent (id INT PRIMARY KEY)",
            "CREATE TABLE z (id INT)",
            "CREATE VIEW v AS SELECT id FROM a",
            "CREATE SEQUENCE sq",
            $"CREATE TABLE `{other}`.c (id INT PRIMARY KEY, p INT, CONSTRAINT fk_out FOREIGN KEY (p) REFERENCES "
            + $"`{database}`.m_parent (id))",
        ])
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        return (database, other);
    }
}
