using System.Collections.Concurrent;
using System.IO.Compression;

namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class TakeTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_of_several_databases_is_verified_and_described()
    {
        using var folder = new TemporaryStorage();
        var rm = await SampleDatabase.CreateAsync(server);
        var cm = await server.CreateDatabaseAsync("-心.跳", "CHARACTER SET latin1 COLLATE latin1_bin");
        var progress = new Progress();
        var location = folder.At("up-1.a_B");

        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = server.Options(),
                Databases = [rm, cm],
                Progress = progress,
            },
            Token);

        manifest.Databases.Select(d => d.Name).ShouldBe([rm, cm]);
        manifest.Server.Kind.ShouldBe("MariaDb");
        manifest.Tool.Flags.ShouldContain("--hex-blob");
        var first = manifest.Databases[0];
        first.CharacterSet.ShouldBe("utf8mb4");
        first.Collation.ShouldBe("utf8mb4_unicode_ci");
        first.Tables.Select(t => $"{t.Name}={t.Rows}").ShouldBe(
            ["empty_table=0", "heatbeat_sequence=2", "odd `name`; (x)=3", "oms_normal_config=300"], ignoreOrder: true);
        first.Views.Select(v => v.Name).ShouldBe(["v2", "v;1"], ignoreOrder: true);
        first.Routines.Select(v => v.Name).ShouldBe(["FUNCTION f1", "PROCEDURE p1"]);
        first.Triggers.Select(v => v.Name).ShouldBe(["tr1"]);
        first.Events.Select(v => v.Name).ShouldBe(["ev1"]);
        first.Sequences.Select(v => v.Name).ShouldBe(["s1"]);
        first.Tables.ShouldAllBe(t => t.DefinitionSha256 != null);
        first.File.LargestStatementBytes.ShouldBeGreaterThan(6_000_000);
        manifest.Databases[1].Collation.ShouldBe("latin1_bin");

        new FileInfo(folder.FileOf(location, first)).Length.ShouldBe(first.File.StoredBytes);
        File.GetUnixFileMode(folder.FileOf(location, first)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnzipAsync(folder.FileOf(location, first))).LongLength.ShouldBe(first.File.RawBytes);
        folder.Files().Length.ShouldBe(3, string.Join(' ', folder.Files()));
        progress.Seen.ShouldContain(p => p.Stage == SnapshotStage.Dumping && p.RawBytes == first.File.RawBytes
            && p.StoredBytes == first.File.StoredBytes);
        progress.Seen.Count(p => p.Stage == SnapshotStage.Published).ShouldBe(2);

        var text = await File.ReadAllTextAsync(Path.Combine(folder.Root, location.ManifestName), Token);
        text.ShouldNotContain("canary");
        (await new Snapshotter().FindAsync(location, Token)).ShouldNotBeNull().StoredBytes
            .ShouldBe(manifest.StoredBytes);
        (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings.ShouldBeEmpty();
        (await new Snapshotter().CheckPresenceAsync(location, Token)).IsGood.ShouldBeTrue();
    }

    [Fact]
    public async Task Repeated_request_returns_existing_snapshot_unchanged()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        var request =
            new SnapshotRequest { Location = folder.One, Connection = server.Options(), Databases = [database] };
        await new Snapshotter().TakeAsync(request, Token);
        var before = folder.Files().ToDictionary(f => f, f => File.GetLastWriteTimeUtc(Path.Combine(folder.Root, f)));

        await using (var connection = await server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE later (id INT)");
        }

        (await new Snapshotter().TakeAsync(request, Token)).Databases[0].Tables.ShouldBeEmpty();
        folder.Files().ToDictionary(f => f, f => File.GetLastWriteTimeUtc(Path.Combine(folder.Root, f)))
            .ShouldBe(before);

        var other = request with { Databases = [database, await server.CreateDatabaseAsync()] };
        (await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(other, Token))).Failure
            .ShouldBe(SnapshotFailure.AlreadyExists);
    }

    [Fact]
    public async Task Dump_that_is_counted_on_another_server_is_refused()
    {
        using var folder = new TemporaryStorage();
        await using var other = new MariaDbServer();
        await other.InitializeAsync();
        var database = await server.CreateDatabaseAsync();
        var port = server.Port;
        var request = new SnapshotRequest
        {
            Location = folder.One,
            Connection =
                server.Options() with { Connect = async token => await WatchedConnection.OpenAsync(port, token) },
            Databases = [database],
        };

        // The name is given to the other server while the dump is written.
        var tool = new MeddlingTool(sql =>
        {
            port = other.Port;
            return sql;
        });
        var refused = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter(tool).TakeAsync(request, Token));

        refused.Failure.ShouldBe(SnapshotFailure.DumpFailed);
        refused.Message.ShouldContain("may be of either");
        (await new Snapshotter().FindAsync(folder.One, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Missing_database_and_wrong_password_are_told_apart()
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        var request = new SnapshotRequest
        {
            Location = folder.One,
            Connection = server.Options(),
            Databases = [database, "t_none"]
        };
        (await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token))).Failure
            .ShouldBe(SnapshotFailure.DatabaseMissing);

        request = request with { Databases = [database] };
        var tool = new MySqlDumpTool(new SnapshotToolOptions { Dump = "no-such-mysqldump" });
        (await Should.ThrowAsync<SnapshotException>(() => new Snapshotter(tool).TakeAsync(request, Token))).Failure
            .ShouldBe(SnapshotFailure.ToolMissing);
        tool = new MySqlDumpTool(new SnapshotToolOptions { SetPriv = "no-such-setpriv" });
        (await Should.ThrowAsync<SnapshotException>(() => new Snapshotter(tool).TakeAsync(request, Token))).Failure
            .ShouldBe(SnapshotFailure.ToolMissing);

        var wrong = server.Options(password: "canary-wrong");
        var e = await Should.ThrowAsync<SnapshotException>(() => new MySqlDumpTool().DumpAsync(
            new DumpJob { Connection = wrong, Database = database, SnapshotId = "s", Flags = [] },
            (s, t) => s.Content.CopyToAsync(Stream.Null, t), Token));
        e.Failure.ShouldBe(SnapshotFailure.DumpFailed);
        e.Message.ShouldContain("1045");
        e.Message.ShouldNotContain("canary");
        folder.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Dump_that_loses_data_never_becomes_a_snapshot()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 20);
        var request =
            new SnapshotRequest { Location = folder.One, Connection = server.Options(), Databases = [database] };

        await FailsAsync(request, new MeddlingTool(sql => sql[..(sql.Length / 2)]), SnapshotFailure.Truncated);
        await FailsAsync(request, new MeddlingTool(_ => ""), SnapshotFailure.Truncated);
        await FailsAsync(
            request, new MeddlingTool(sql => sql.Replace("-- Dump completed", "-- Dump", StringComparison.Ordinal)),
            SnapshotFailure.Truncated);
        await FailsAsync(request, new MeddlingTool(sql => sql.Replace("(1,'a\\'b',2),", "", StringComparison.Ordinal)
            .Replace("(1,'a\\'b'),", "", StringComparison.Ordinal)), SnapshotFailure.RowCountMismatch);
        await FailsAsync(
            request,
            new MeddlingTool(
                sql => sql.Replace("CREATE TABLE `empty_table`", "CREATE TABLE `other`", StringComparison.Ordinal)),
            SnapshotFailure.CatalogueMismatch);
        folder.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Dump_failure_is_reported_although_cleanup_fails()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 5);
        var tool = new MeddlingTool(
            sql => sql.Replace("CREATE TABLE `empty_table`", "CREATE TABLE `other`", StringComparison.Ordinal));
        var location = new SnapshotLocation(new UndeletableStorage(folder.Storage), "", "undeletable");
        var e = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter(tool).TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token));
        e.Failure.ShouldBe(SnapshotFailure.CatalogueMismatch);
    }

    [Fact]
    public async Task Failure_in_one_database_leaves_no_manifest_and_repeat_succeeds()
    {
        using var folder = new TemporaryStorage();
        var good = await server.CreateDatabaseAsync();
        var bad = await SampleDatabase.CreateAsync(server, rows: 5);
        var request = new SnapshotRequest
        {
            Location = folder.One,
            Connection = server.Options(),
            Databases = [good, bad],
            Parallelism = 1
        };
        await FailsAsync(
            request, new MeddlingTool(sql => sql.Contains("oms_normal_config", StringComparison.Ordinal) ? "" : sql),
            SnapshotFailure.Truncated);
        var published = folder.Files().ShouldHaveSingleItem();

        var manifest = await new Snapshotter().TakeAsync(request, Token);
        manifest.Databases.Count.ShouldBe(2);
        folder.Files().ShouldNotContain(published);
        folder.Files().Length.ShouldBe(3);

        await new Snapshotter().DeleteAsync(request.Location, Token);
        folder.Files().ShouldBeEmpty();
        await new Snapshotter().DeleteAsync(request.Location, Token);
    }

    [Fact]
    public async Task Damaged_or_missing_snapshot_file_is_found_by_verification()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 50);
        var location = folder.One;
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        var file = folder.FileOf(location, manifest.Databases[0]);
        var good = await File.ReadAllBytesAsync(file, Token);

        var flipped = (byte[])good.Clone();
        flipped[good.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, flipped, Token);
        (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings
            .ShouldContain(f => f.Failure == SnapshotFailure.ChecksumMismatch);
        (await new Snapshotter().CheckPresenceAsync(location, Token)).IsGood.ShouldBeTrue();

        await File.WriteAllBytesAsync(file, good[..^100], Token);
        var cut = (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings;
        cut.ShouldContain(f => f.Failure == SnapshotFailure.Truncated);
        (await new Snapshotter().CheckPresenceAsync(location, Token)).Findings
            .ShouldContain(f => f.Failure == SnapshotFailure.ChecksumMismatch);

        File.Delete(file);
        (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings.ShouldHaveSingleItem().Failure
            .ShouldBe(SnapshotFailure.NotFound);

        await File.WriteAllTextAsync(Path.Combine(folder.Root, location.ManifestName), "{\"format\": 99", Token);
        (await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().FindAsync(location, Token))).Failure
            .ShouldBe(SnapshotFailure.ManifestInvalid);
    }

    private static async Task FailsAsync(SnapshotRequest request, IDumpTool tool, SnapshotFailure failure)
    {
        var e = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter(tool).TakeAsync(request, Token));
        e.Failure.ShouldBe(failure, e.Message);
        (await new Snapshotter().FindAsync(request.Location, Token)).ShouldBeNull();
    }

    private static async Task<byte[]> UnzipAsync(string path)
    {
        await using var file = File.OpenRead(path);
        await using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        await gzip.CopyToAsync(memory, Token);
        return memory.ToArray();
    }

    private sealed class Progress : IProgress<SnapshotProgress>
    {
        internal ConcurrentBag<SnapshotProgress> Seen { get; } = [];

        public void Report(SnapshotProgress value) => Seen.Add(value);
    }
}
