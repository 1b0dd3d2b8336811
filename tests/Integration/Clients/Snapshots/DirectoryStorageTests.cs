namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class DirectoryStorageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DirectoryStorage_never_overwrites_an_object()
    {
        using var folder = new TemporaryStorage();
        var storage = folder.Storage;
        await WriteAsync(storage, "a/one", "1");
        await WriteAsync(storage, "a/two.partial", "2");
        (await FailureAsync(() => storage.CreateAsync("a/one", Token))).ShouldBe(SnapshotFailure.AlreadyExists);
        (await FailureAsync(() => storage.PublishAsync("a/two.partial", "a/one", Token)))
            .ShouldBe(SnapshotFailure.AlreadyExists);
        (await ReadAsync(storage, "a/one")).ShouldBe("1");
        (await ReadAsync(storage, "a/two.partial")).ShouldBe("2");
        await storage.PublishAsync("a/two.partial", "b/two", Token);
        (await ReadAsync(storage, "b/two")).ShouldBe("2");
        (await storage.StatAsync("a/two.partial", Token)).ShouldBeNull();
        (await FailureAsync(() => storage.PublishAsync("a/two.partial", "b/three", Token)))
            .ShouldBe(SnapshotFailure.NotFound);
        (await FailureAsync(() => storage.OpenReadAsync("a/none", Token))).ShouldBe(SnapshotFailure.NotFound);
    }

    [Fact]
    public async Task Abandoned_object_leaves_no_file()
    {
        using var folder = new TemporaryStorage();
        await using (var writer = await folder.Storage.CreateAsync("x/y", Token))
        {
            await writer.Content.WriteAsync(new byte[100], Token);
        }

        folder.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Objects_are_listed_by_prefix_and_deleted_with_empty_folders()
    {
        using var folder = new TemporaryStorage();
        var storage = folder.Storage;
        await WriteAsync(storage, "p/s/a", "1");
        await WriteAsync(storage, "p/s/sub/b", "22");
        await WriteAsync(storage, "p/s2/c", "3");
        (await storage.ListAsync("p/s/", Token)).Select(o => $"{o.Name}:{o.Bytes}")
            .ShouldBe(["p/s/a:1", "p/s/sub/b:2"]);
        (await storage.ListAsync("p/s", Token)).Count.ShouldBe(3);
        (await storage.ListAsync("none/", Token)).ShouldBeEmpty();
        await storage.DeleteAsync("p/s/sub/b", Token);
        await storage.DeleteAsync("p/s/sub/b", Token);
        Directory.Exists(Path.Combine(folder.Root, "p/s/sub")).ShouldBeFalse();
        (await storage.ListAsync("", Token)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public async Task Object_name_outside_the_storage_is_refused(string name)
    {
        using var folder = new TemporaryStorage();
        (await FailureAsync(() => folder.Storage.CreateAsync(name, Token))).ShouldBe(SnapshotFailure.InvalidRequest);
    }

    [Fact]
    public async Task Storage_mark_is_created_once_and_differs_per_volume()
    {
        using var folder = new TemporaryStorage();
        using var other = new TemporaryStorage();
        (await folder.Storage.ReadMarkAsync(Token)).ShouldBeNull();
        var mark = await folder.Storage.EnsureMarkAsync(Token);
        (await folder.Storage.EnsureMarkAsync(Token)).ShouldBe(mark);
        (await folder.Storage.ReadMarkAsync(Token)).ShouldBe(mark);
        (await other.Storage.ReadMarkAsync(Token)).ShouldBeNull();
        (await other.Storage.EnsureMarkAsync(Token)).StorageId.ShouldNotBe(mark.StorageId);
        folder.Files().ShouldHaveSingleItem();
        (await folder.Storage.GetFreeBytesAsync(Token)).ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Missing_storage_root_is_unusable_and_never_created()
    {
        var storage = new DirectorySnapshotStorage(new StorageRoot("/nonexistent/drydock"), "");
        (await FailureAsync(() => storage.EnsureMarkAsync(Token))).ShouldBe(SnapshotFailure.StorageUnusable);
        (await FailureAsync(() => storage.GetFreeBytesAsync(Token))).ShouldBe(SnapshotFailure.StorageUnusable);
        (await FailureAsync(() => storage.PublishAsync("a/one.partial", "a/one", Token)))
            .ShouldBe(SnapshotFailure.StorageUnusable);
        (await FailureAsync(() => storage.DeleteAsync("a/one", Token))).ShouldBe(SnapshotFailure.StorageUnusable);
        (await FailureAsync(() => storage.StatAsync("a/one", Token))).ShouldBe(SnapshotFailure.StorageUnusable);
        (await FailureAsync(() => storage.ListAsync("a/", Token))).ShouldBe(SnapshotFailure.StorageUnusable);
        (await FailureAsync(() => storage.OpenReadAsync("a/one", Token))).ShouldBe(SnapshotFailure.StorageUnusable);
        Directory.Exists("/nonexistent").ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new DirectorySnapshotStorage(new StorageRoot("relative"), ""));
    }

    private static async Task WriteAsync(DirectorySnapshotStorage storage, string name, string text)
    {
        await using var writer = await storage.CreateAsync(name, Token);
        await writer.Content.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), Token);
        await writer.CompleteAsync(Token);
    }

    private static async Task<string> ReadAsync(DirectorySnapshotStorage storage, string name)
    {
        using var reader = new StreamReader(await storage.OpenReadAsync(name, Token));
        return await reader.ReadToEndAsync(Token);
    }

    private static async Task<SnapshotFailure> FailureAsync(Func<Task> action) =>
        (await Should.ThrowAsync<SnapshotException>(action)).Failure;
}
