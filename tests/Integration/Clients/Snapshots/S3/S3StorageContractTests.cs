using Drydock.Clients.Snapshots;
using Drydock.Lab;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class S3StorageContractTests(LabFixture lab) : StorageContract, IDisposable
{
    private readonly List<S3Storage> _open = [];

    [Fact]
    public async Task An_object_is_not_seen_before_it_is_complete()
    {
        var storage = await OpenAsync();
        await using var writer = await storage.CreateAsync("not/yet", Token);
        await writer.Content.WriteAsync(new byte[12 << 20], Token);
        (await storage.StatAsync("not/yet", Token)).ShouldBeNull();
        await writer.CompleteAsync(Token);
        (await storage.StatAsync("not/yet", Token)).ShouldNotBeNull().Version.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Sixty_four_mebibytes_go_through_in_parts_and_are_published_by_the_storage_itself()
    {
        var storage = await OpenAsync();
        var hash = await storage.WriteAsync("big.partial", 64 << 20, seed: 64);
        await storage.PublishAsync("big.partial", "big", Token);
        (await storage.HashAsync("big")).ShouldBe(hash);
        (await storage.StatAsync("big", Token)).ShouldNotBeNull().Bytes.ShouldBe(64 << 20);
        (await storage.GetFreeBytesAsync(Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Storages_of_two_prefixes_in_one_bucket_do_not_see_each_other()
    {
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        using var one = new S3Storage(server.Options(bucket, prefix: "team/one"));
        using var two = new S3Storage(server.Options(bucket, prefix: "team/on"));
        await one.WriteAsync("a", "1");
        (await two.ListAsync("", Token)).ShouldBeEmpty();
        await two.EnsureMarkAsync(Token);
        (await one.ReadMarkAsync(Token)).ShouldBeNull();
        (await one.ListAsync("", Token)).Select(o => o.Name).ShouldBe(["a"]);
    }

    [Fact]
    public async Task More_objects_than_a_page_holds_are_all_listed()
    {
        var storage = await OpenAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1010), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (i, _) => await storage.WriteAsync($"many/{i:0000}", "x"));
        (await storage.ListAsync("many/", Token)).Count.ShouldBe(1010);
    }

    public void Dispose() => _open.ForEach(static storage => storage.Dispose());

    protected override async Task<ISnapshotStorage> OpenAsync()
    {
        var server = await lab.S3ServerAsync();
        var storage = new S3Storage(server.Options(await server.NewBucketAsync(Token)));
        _open.Add(storage);
        return storage;
    }
}
