namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// A verified dump can be loaded into that kind of server. On a MariaDB that says that it is MySQL 8.
/// </summary>
public sealed class LoadableTests : IAsyncLifetime
{
    private readonly MariaDbServer _server = new() { Arguments = ["--version=8.0.36"] };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(DumpToolKind.MySqlDump, "Use the tool MyDumper.")]
    [InlineData(DumpToolKind.MyDumper, null)]
    public async Task Generated_columns_are_not_written_as_values_for_MySQL(DumpToolKind tool, string? way)
    {
        using var folder = new TemporaryStorage();
        var database = await CreateAsync(
            "CREATE TABLE g (a INT PRIMARY KEY, b INT AS (a * 2) STORED, c INT AS (a + 1) VIRTUAL)",
            "INSERT INTO g (a) VALUES (1), (2)");
        var request = Request(folder.At("generated"), database, tool);
        if (way is not null)
        {
            var refused = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token));

            refused.Message.ShouldBe(
                $"{database} is not dumped, because MySQL could not load the dump: MariaDB's mysqldump writes "
                    + "values of "
                    + $"generated columns, and vectors as text, which only MariaDB takes. Columns: g.b, g.c. {way}");
            folder.Files().ShouldBeEmpty();
            return;
        }

        await new Snapshotter().TakeAsync(request, Token);
        await using (var connection = await _server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(connection, "DELETE FROM g WHERE a = 2");
        }

        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest
            {
                Location = request.Location,
                Connection = _server.Options(),
                Database = database
            },
            Token);
        _server.Cli(database, "SELECT * FROM g").ShouldBe("1\t2\t2\n2\t4\t3"u8.ToArray());
        folder.Sql().ShouldContain("INSERT INTO `g` (`a`) VALUES");
    }

    [Fact]
    public async Task Generated_column_beside_one_that_mydumper_loses_is_refused_with_both_tools()
    {
        using var folder = new TemporaryStorage();
        var database = await CreateAsync(
            "CREATE TABLE g (a INT PRIMARY KEY, b INT AS (a * 2) STORED, c INT INVISIBLE DEFAULT 3)");

        foreach (var tool in Enum.GetValues<DumpToolKind>())
        {
            (await Should.ThrowAsync<SnapshotException>(
                () => new Snapshotter().TakeAsync(Request(folder.At("both"), database, tool), Token)))
                .Message.ShouldEndWith("Columns: g.b. Dump this database with the mysqldump of MySQL instead.");
        }

        await using var connection = await _server.OpenAsync(database);
        (await DatabaseObjects.ReadAsync(connection, database, Token)).ShouldNotBeNull().Refusals.Keys
            .ShouldBe(Enum.GetValues<DumpToolKind>(), "preflight of an upgrade says the same before the downtime");
    }

    private static SnapshotRequest Request(
        SnapshotLocation location, MySqlOptions connection, string database, DumpToolKind tool) =>
        new() { Location = location, Connection = connection, Databases = [database], Tool = tool };

    private SnapshotRequest Request(SnapshotLocation location, string database, DumpToolKind tool) =>
        Request(location, _server.Options(), database, tool);

    private async Task<string> CreateAsync(params string[] statements)
    {
        var database = await _server.CreateDatabaseAsync();
        await using var connection = await _server.OpenAsync(database);
        foreach (var statement in statements)
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        return database;
    }
}
