using Drydock.Clients.Snapshots;
using Drydock.Tests.Integration.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>What lies in a storage, and how it is removed.</summary>
public sealed class ListingTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshots_are_listed_by_manifest_beside_foreign_files()
    {
        using var folder = new TemporaryStorage();
        var snapshotter = new Snapshotter();
        (await snapshotter.ListAsync(folder.Storage, "upgrades", Token)).Snapshots.ShouldBeEmpty();
        await TakeAsync(folder, "b-first");
        await TakeAsync(folder, "a-second");
        Write(folder, "upgrades/notes.txt", "x");
        Write(folder, "upgrades/manifest.json", "{}");
        Write(folder, "upgrades/deeper/down/manifest.json", "{}");
        Write(folder, "upgrades/half/rm.0123.sql.gz.partial", "x");
        Write(folder, "upgrades/broken/manifest.json", "{\"format\": 1");
        Write(folder, "upgrades/newer/manifest.json", "{\"format\": 99, \"id\": \"newer\"}");
        Write(folder, "upgrades/copied/manifest.json", await File.ReadAllTextAsync(Path.Combine(folder.Root, "upgrades/b-first/manifest.json"), Token));
        Write(folder, "elsewhere/s/manifest.json", "{}");

        var listing = await snapshotter.ListAsync(folder.Storage, "upgrades/", Token);
        listing.Snapshots.Select(s => s.Location.Id).ShouldBe(["b-first", "a-second"]);
        listing.Snapshots[0].Location.Path.ShouldBe("upgrades");
        listing.Removing.ShouldBeEmpty();
        listing.Unreadable.Select(u => u.Location.Id).ShouldBe(["broken", "copied", "newer"], ignoreOrder: true);
        listing.Unreadable.ShouldAllBe(u => u.Why.Length > 0);
        (await snapshotter.CheckPresenceAsync(listing.Snapshots[1].Location, Token)).IsGood.ShouldBeTrue();
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
        (await Should.ThrowAsync<SnapshotException>(() => snapshotter.DeleteAsync(cut, Token))).Failure.ShouldBe(SnapshotFailure.StorageUnusable);

        var listing = await snapshotter.ListAsync(folder.Storage, "upgrades", Token);
        listing.Snapshots.ShouldHaveSingleItem().Location.Id.ShouldBe("kept");
        var removing = listing.Removing.ShouldHaveSingleItem();
        (await snapshotter.FindAsync(removing, Token)).ShouldBeNull();
        (await Should.ThrowAsync<SnapshotException>(() => snapshotter.VerifyAsync(removing, Token))).Failure.ShouldBe(SnapshotFailure.BeingRemoved);
        (await Should.ThrowAsync<SnapshotException>(() => snapshotter.CheckPresenceAsync(removing, Token))).Failure.ShouldBe(SnapshotFailure.BeingRemoved);
        (await Should.ThrowAsync<SnapshotException>(() => TakeAsync(folder, folder.One.Id))).Failure.ShouldBe(SnapshotFailure.BeingRemoved);

        await snapshotter.DeleteAsync(removing, Token);
        (await snapshotter.ListAsync(folder.Storage, "upgrades", Token)).Removing.ShouldBeEmpty();
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
        await new Snapshotter().TakeAsync(new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database], Tool = tool }, Token);
        return location;
    }
}
