namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Hidden is not absent, and lost digits are not unseen: asked before a dump.</summary>
public sealed class DumpQuestionTests(MariaDbServer server)
{
    private const string Account = "half";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Float_column_is_named_before_the_dump_and_in_the_manifest(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var database = await DatabaseAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, `f ,1` FLOAT, d DOUBLE, fd FLOAT(10,3))",
            "INSERT INTO t VALUES (1, 16777216, 0.1, 1234567.891)",
            "CREATE VIEW v AS SELECT * FROM t");
        var request = new SnapshotRequest
        {
            Location = folder.One,
            Connection = server.Options(),
            Databases = [database],
            Tool = tool
        };

        var refused = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token));
        refused.Failure.ShouldBe(SnapshotFailure.DumpLosesDigits);
        refused.Message.ShouldContain($"DumpLosesDigits/{database}.t.f__1 to spec.acknowledge");
        refused.Message.ShouldNotContain(".v.");
        folder.Files().ShouldBeEmpty();

        var manifest = await new Snapshotter().TakeAsync(
            request with { Acknowledged = [$"DumpLosesDigits/{database}.t.f__1"] }, Token);
        manifest.Tool.Omission.ShouldBe($"with six digits of the FLOAT columns {database}.t.f ,1");
    }

    [Fact]
    public async Task Objects_that_a_missing_privilege_hides_are_asked_for()
    {
        using var folder = new TemporaryStorage();
        var database = await HalfAsync("SELECT, SHOW VIEW");
        var request = Request(folder.One, database);

        var refused = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token));
        refused.Failure.ShouldBe(SnapshotFailure.ObjectsHidden);
        refused.Message.ShouldContain($"may hide triggers, events, routines of {database}");
        refused.Message.ShouldContain($"ObjectsHidden/{database}");
        folder.Files().ShouldBeEmpty();

        await new Snapshotter().TakeAsync(request with { Acknowledged = ["ObjectsHidden"] }, Token);
        await GrantAsync($"TRIGGER, EVENT, CREATE ROUTINE ON `{database}`.*");
        await GrantAsync("SELECT ON mysql.proc");
        (await new Snapshotter().TakeAsync(Request(folder.At("two"), database), Token)).Databases[0].Routines
            .ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Object_without_definition_is_refused_before_the_dump()
    {
        using var folder = new TemporaryStorage();
        var database = await HalfAsync("SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE");

        var refused = await Should.ThrowAsync<SnapshotException>(
            () => new Snapshotter().TakeAsync(Request(folder.One, database), Token));

        refused.Failure.ShouldBe(SnapshotFailure.DumpFailed);
        refused.Message.ShouldContain(
            $"{database} is not dumped, because the server does not show the definition of FUNCTION fn.");
        folder.Files().ShouldBeEmpty();
    }

    private SnapshotRequest Request(SnapshotLocation location, string database) =>
        new() { Location = location, Connection = server.Options(user: Account), Databases = [database] };

    // A routine of another account, and an account with these privileges.
    private async Task<string> HalfAsync(string privileges)
    {
        var database = await DatabaseAsync(
            "CREATE TABLE t (id INT PRIMARY KEY)", "CREATE FUNCTION fn() RETURNS INT DETERMINISTIC RETURN 1");
        await using var root = await server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(
            root,
            $"CREATE OR REPLACE USER {Account}@'%' IDENTIFIED BY "
            + "'"
            + $"{MariaDbServer.Password.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("'", "''", StringComparison.Ordinal)}"
            + "'");
        await GrantAsync($"{privileges} ON `{database}`.*");
        return database;
    }

    private async Task GrantAsync(string what)
    {
        await using var root = await server.ConnectRootAsync();
        await MariaDbServer.ExecuteAsync(root, $"GRANT {what} TO {Account}@'%'");
    }

    private async Task<string> DatabaseAsync(params string[] statements)
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        foreach (var statement in statements)
        {
            await MariaDbServer.ExecuteAsync(connection, statement);
        }

        return database;
    }
}
