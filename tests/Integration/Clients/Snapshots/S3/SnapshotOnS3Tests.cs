namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>The real snapshotter, a real server and a real bucket.</summary>
public sealed class SnapshotOnS3Tests(LabFixture lab) : IAsyncLifetime
{
    private const string User = "backup";
    private const string Password = "canary-not-a-real-password";

    private MetaDb _database = null!;
    private S3Server _server = null!;
    private S3FaultProxy _proxy = null!;
    private S3SnapshotStorage _storage = null!;
    private string _bucket = "";
    private string _name = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await lab.MetaDbAsync();
        _server = await lab.S3ServerAsync();
        _bucket = await _server.NewBucketAsync(Token);
        _proxy = new S3FaultProxy(await lab.RunAsync(), _server);
        _storage = new S3SnapshotStorage(_server.Options(_bucket, _proxy.Endpoint));
        _name = LabFixture.UniqueName("rm").Replace('-', '_');
        await _database.CreateUserAsync(User, Password, cancellationToken: Token);
        await _database.ExecAsync($"CREATE DATABASE {_name}", cancellationToken: Token);
        await _database.ExecAsync(
            """
            CREATE TABLE t (id INT PRIMARY KEY, json JSON, data LONGBLOB);
            CREATE VIEW v AS SELECT id FROM t;
            INSERT INTO t SELECT seq, '{"big": 9007199254740993}', CONCAT(0x00ff27, RANDOM_BYTES(1000)) FROM seq_1_to_15000;
            """,
            _name,
            Token);
    }

    public async ValueTask DisposeAsync()
    {
        _storage.Dispose();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task S3_snapshot_is_taken_verified_loaded_and_removed()
    {
        var location = At("snap-1");
        await _storage.EnsureMarkAsync(Token);
        var manifest = await TakeAsync(location);
        manifest.Databases[0].Tables.ShouldContain(t => t.Name == "t" && t.Rows == 15000);
        manifest.StoredBytes.ShouldBeGreaterThan(2 * (5 << 20), "it must need several parts");

        (await new Snapshotter().VerifyAsync(location, null, null, Token)).IsGood.ShouldBeTrue();
        (await _storage.ListAsync(location.Prefix, Token)).Count.ShouldBe(2);
        await UnfinishedAsync();

        var copy = _name + "_copy";
        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest { Location = location, Connection = Connection(), Database = _name, Target = copy },
            Token);
        const string Sum = "SELECT COUNT(*), SUM(CRC32(CONCAT(id, json, data))) FROM t";
        (await _database.ExecAsync(Sum, copy, Token)).ShouldBe(await _database.ExecAsync(Sum, _name, Token));

        await new Snapshotter().DeleteAsync(location, Token);
        (await _storage.ListAsync("", Token)).Select(o => o.Name).ShouldBe([".drydock-storage.json"]);
    }

    [Fact]
    public async Task Dump_is_not_restarted_by_transient_S3_errors()
    {
        _proxy.Ledger.When(
            p => p.Side == FaultSide.Before && p.Act is { Verb: "PUT", Number: > 2 },
            S3FaultProxy.Error(503, "SlowDown"), times: 2);
        _proxy.Ledger.When(
            p => p.Side == FaultSide.After && p.Act is { Verb: "PUT", Number: > 4 }, FaultAction.Cut, times: 2);
        var dumps = 0;
        var manifest = await TakeAsync(At("snap-2"), new MeddlingTool(sql =>
        {
            dumps++;
            return sql;
        }));
        _proxy.Ledger.Fired.Count.ShouldBe(4);
        dumps.ShouldBe(1);
        manifest.Databases.ShouldHaveSingleItem();
        (await new Snapshotter().VerifyAsync(At("snap-2"), null, null, Token)).IsGood.ShouldBeTrue();
    }

    [Fact]
    public async Task Broken_S3_storage_leaves_no_snapshot_and_repeat_succeeds()
    {
        using var brief = new S3SnapshotStorage(_server.Options(_bucket, _proxy.Endpoint, retries: 1));
        _proxy.Ledger.When(
            p => p.Side == FaultSide.Before && p.Act is { Verb: "PUT", Number: > 2 },
            S3FaultProxy.Error(500, "InternalError"), times: int.MaxValue);
        var location = new SnapshotLocation(brief, "upgrades", "snap-3");
        var error = await Should.ThrowAsync<SnapshotException>(() => TakeAsync(location));
        error.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        (error.Message + error.InnerException).ShouldNotContain(Password);
        (await new Snapshotter().FindAsync(location, Token)).ShouldBeNull();

        _proxy.Ledger.ClearRules();
        await TakeAsync(location);
        (await _storage.ListAsync(location.Prefix, Token)).Count.ShouldBe(2);
        await UnfinishedAsync();
    }

    private SnapshotLocation At(string id) => new(_storage, "upgrades", id);

    private MySqlOptions Connection() =>
        new() { Server = _database.Address, Port = _database.Port, UserID = User, Password = Password };

    private Task<SnapshotManifest> TakeAsync(SnapshotLocation location, IDumpTool? tool = null) =>
        new Snapshotter(tool).TakeAsync(
            new SnapshotRequest { Location = location, Connection = Connection(), Databases = [_name] }, Token);

    private async Task UnfinishedAsync()
    {
        using var client = _server.Client();
        var found = await client.ListMultipartUploadsAsync(
            new Amazon.S3.Model.ListMultipartUploadsRequest { BucketName = _bucket }, Token);
        (found.MultipartUploads ?? [])
            .Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Key}")).ShouldBeEmpty();
    }
}
