namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>What lies in a storage, and how it is removed.</summary>
public sealed class ListingTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_a_readable_manifest_of_its_own_id_is_a_snapshot()
    {
        using var folder = new TemporaryStorage();
        var snapshotter = new Snapshotter();
        var taken = await TakeAsync(folder, "first");
        Write(folder, "upgrades/half/rm.0123.sql.gz.partial", "x");
        Write(folder, "upgrades/broken/manifest.json", "{\"format\": 1");
        Write(folder, "upgrades/newer/manifest.json", "{\"format\": 99, \"id\": \"newer\"}");
        Write(folder, "upgrades/copied/manifest.json", await File.ReadAllTextAsync(
            Path.Combine(folder.Root, "upgrades/first/manifest.json"), Token));

        (await snapshotter.FindAsync(taken, Token)).ShouldNotBeNull().Id.ShouldBe("first");
        (await snapshotter.CheckPresenceAsync(taken, Token)).IsGood.ShouldBeTrue();
        foreach (var id in new[] { "half", "missing" })
        {
            (await snapshotter.FindAsync(folder.At(id), Token)).ShouldBeNull();
        }

        foreach (var id in new[] { "broken", "newer", "copied" })
        {
            (await Should.ThrowAsync<SnapshotException>(() => snapshotter.FindAsync(folder.At(id), Token))).Failure
                .ShouldBe(SnapshotFailure.ManifestInvalid);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Interrupted_snapshot_removal_is_no_snapshot_and_can_be_finished(int deletions)
    {
        using var folder = new TemporaryStorage();
        var snapshotter = new Snapshotter();
        var location = await TakeAsync(folder, folder.One.Id, DumpToolKind.MyDumper);
        await TakeAsync(folder, "kept");
        var cut = location with { Storage = new FailingStorage(folder.Storage, deletions) };
        (await Should.ThrowAsync<SnapshotException>(() => snapshotter.DeleteAsync(cut, Token))).Failure
            .ShouldBe(SnapshotFailure.StorageUnusable);

        (await snapshotter.FindAsync(folder.At("kept"), Token)).ShouldNotBeNull();
        (await snapshotter.FindAsync(location, Token)).ShouldBeNull();
        (await Should.ThrowAsync<SnapshotException>(() => snapshotter.VerifyAsync(location, null, null, Token))).Failure
            .ShouldBe(SnapshotFailure.BeingRemoved);
        (await Should.ThrowAsync<SnapshotException>(() => snapshotter.CheckPresenceAsync(location, Token))).Failure
            .ShouldBe(SnapshotFailure.BeingRemoved);
        (await Should.ThrowAsync<SnapshotException>(() => TakeAsync(folder, folder.One.Id))).Failure
            .ShouldBe(SnapshotFailure.BeingRemoved);

        await snapshotter.DeleteAsync(location, Token);
        folder.Files().ShouldAllBe(f => f.StartsWith("upgrades/kept/", StringComparison.Ordinal));
    }

    private static void Write(TemporaryStorage folder, string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Root, name))!);
        File.WriteAllText(Path.Combine(folder.Root, name), text);
    }

    private async Task<SnapshotLocation> TakeAsync(
        TemporaryStorage folder, string id, DumpToolKind tool = DumpToolKind.MySqlDump)
    {
        var database = await server.CreateDatabaseAsync();
        await using (var connection = await server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE a (id INT PRIMARY KEY)");
            await MariaDbServer.ExecuteAsync(connection, "INSERT INTO a VALUES (1)");
        }

        var location = folder.At(id);
        await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = server.Options(),
                Databases = [database],
                Tool = tool
            },
            Token);
        return location;
    }
}
