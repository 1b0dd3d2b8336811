namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class S3StorageContractTests(LabFixture lab) : StorageContract, IDisposable
{
    private readonly List<S3SnapshotStorage> _open = [];

    [Fact]
    public async Task S3_object_is_invisible_before_completion()
    {
        var storage = await OpenAsync();
        await using var writer = await storage.CreateAsync("not/yet", Token);
        await writer.Content.WriteAsync(new byte[12 << 20], Token);
        (await storage.StatAsync("not/yet", Token)).ShouldBeNull();
        await writer.CompleteAsync(Token);
        (await storage.StatAsync("not/yet", Token)).ShouldNotBeNull().Version.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Large_S3_object_is_written_in_parts_and_published()
    {
        var storage = await OpenAsync();
        var hash = await storage.WriteAsync("big.partial", 64 << 20, seed: 64);
        await storage.PublishAsync("big.partial", "big", Token);
        (await storage.HashAsync("big")).ShouldBe(hash);
        (await storage.StatAsync("big", Token)).ShouldNotBeNull().Bytes.ShouldBe(64 << 20);
        (await storage.GetFreeBytesAsync(Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Storages_with_different_prefixes_are_isolated()
    {
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        using var one = new S3SnapshotStorage(server.Options(bucket, prefix: "team/one"));
        using var two = new S3SnapshotStorage(server.Options(bucket, prefix: "team/on"));
        await one.WriteAsync("a", "1");
        (await two.ListAsync("", Token)).ShouldBeEmpty();
        await two.EnsureMarkAsync(Token);
        (await one.ReadMarkAsync(Token)).ShouldBeNull();
        (await one.ListAsync("", Token)).Select(o => o.Name).ShouldBe(["a"]);
    }

    [Fact]
    public async Task ListAsync_returns_more_objects_than_one_page()
    {
        var storage = await OpenAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1010), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (i, _) => await storage.WriteAsync($"many/{i:0000}", "x"));
        (await storage.ListAsync("many/", Token)).Count.ShouldBe(1010);
    }

    public void Dispose() => _open.ForEach(static storage => storage.Dispose());

    protected override async Task<ISnapshotStorage> OpenAsync()
    {
        var server = await lab.S3ServerAsync();
        var storage = new S3SnapshotStorage(server.Options(await server.NewBucketAsync(Token)));
        _open.Add(storage);
        return storage;
    }
}
