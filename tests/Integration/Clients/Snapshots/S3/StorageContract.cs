namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>What every storage promises, whatever it is made of.</summary>
public abstract class StorageContract
{
    private const int Large = 13_000_001;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Storage_never_overwrites_an_object()
    {
        var storage = await OpenAsync();
        await storage.WriteAsync("a/one", "1");
        await storage.WriteAsync("a/two.partial", "2");
        (await FailureAsync(() => storage.CreateAsync("a/one", Token))).ShouldBe(SnapshotFailure.AlreadyExists);
        (await FailureAsync(() => storage.PublishAsync("a/two.partial", "a/one", Token)))
            .ShouldBe(SnapshotFailure.AlreadyExists);
        (await storage.ReadAsync("a/one")).ShouldBe("1");
        (await storage.ReadAsync("a/two.partial")).ShouldBe("2");
    }

    [Fact]
    public async Task Concurrent_writers_of_one_name_leave_at_most_one_object()
    {
        var storage = await OpenAsync();
        var failures = new List<SnapshotFailure>();
        foreach (var step in new[] { "first", "second" })
        {
            try
            {
                await using var writer = await storage.CreateAsync("race/name", Token);
                await writer.Content.WriteAsync(Encoding.UTF8.GetBytes(step), Token);

                // The other one comes to its end while this one is under way.
                if (step == "second")
                {
                    await writer.CompleteAsync(Token);
                }
                else
                {
                    await storage.WriteAsync("race/name", "between");
                    await writer.CompleteAsync(Token);
                }
            }
            catch (SnapshotException e)
            {
                failures.Add(e.Failure);
            }
        }

        failures.ShouldNotBeEmpty();
        failures.ShouldAllBe(f => f == SnapshotFailure.AlreadyExists);
        (await storage.ListAsync("race/", Token)).Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Published_object_has_only_its_new_name_and_same_content()
    {
        var storage = await OpenAsync();
        await storage.WriteAsync("p/small.partial", "small");
        var hash = await storage.WriteAsync("p/large.partial", Large, seed: 5);
        await storage.PublishAsync("p/small.partial", "q/small", Token);
        await storage.PublishAsync("p/large.partial", "q/large", Token);
        (await storage.ReadAsync("q/small")).ShouldBe("small");
        (await storage.HashAsync("q/large")).ShouldBe(hash);
        (await storage.StatAsync("p/large.partial", Token)).ShouldBeNull();
        (await storage.ListAsync("", Token)).Select(o => $"{o.Name}:{o.Bytes}")
            .ShouldBe([$"q/large:{Large}", "q/small:5"]);
        (await FailureAsync(() => storage.PublishAsync("p/large.partial", "q/other", Token)))
            .ShouldBe(SnapshotFailure.NotFound);
        (await FailureAsync(() => storage.PublishAsync("q/small", "q/large", Token)))
            .ShouldBe(SnapshotFailure.AlreadyExists);
    }

    [Fact]
    public async Task Object_of_any_size_is_read_unchanged()
    {
        var storage = await OpenAsync();
        foreach (var size in new[] { 0, 1, (5 << 20) - 1, 5 << 20, (5 << 20) + 1, 10 << 20 })
        {
            var hash = await storage.WriteAsync($"size/{size}", size, seed: size);
            (await storage.StatAsync($"size/{size}", Token)).ShouldNotBeNull().Bytes.ShouldBe(size);
            (await storage.HashAsync($"size/{size}")).ShouldBe(hash, $"{size} bytes");
        }
    }

    [Fact]
    public async Task Abandoned_object_leaves_nothing()
    {
        var storage = await OpenAsync();
        await using (var writer = await storage.CreateAsync("x/y", Token))
        {
            await writer.Content.WriteAsync(new byte[Large], Token);
        }

        (await storage.ListAsync("", Token)).ShouldBeEmpty();
        (await storage.StatAsync("x/y", Token)).ShouldBeNull();
        (await storage.WriteAsync("x/y", 10, seed: 1)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Objects_are_listed_by_prefix_in_order_and_deleted_repeatedly()
    {
        var storage = await OpenAsync();
        foreach (var name in new[] { "p/s/b", "p/s/a", "p/s/sub/c", "p/s2/d", "p/s/A" })
        {
            await storage.WriteAsync(name, name);
        }

        (await storage.ListAsync("p/s/", Token)).Select(o => o.Name).ShouldBe(["p/s/A", "p/s/a", "p/s/b", "p/s/sub/c"]);
        (await storage.ListAsync("p/s", Token)).Count.ShouldBe(5);
        (await storage.ListAsync("none/", Token)).ShouldBeEmpty();
        await storage.DeleteAsync("p/s/sub/c", Token);
        await storage.DeleteAsync("p/s/sub/c", Token);
        (await storage.ListAsync("", Token)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Missing_object_is_reported_as_not_found()
    {
        var storage = await OpenAsync();
        (await storage.StatAsync("none/such", Token)).ShouldBeNull();
        (await FailureAsync(() => storage.OpenReadAsync("none/such", Token))).ShouldBe(SnapshotFailure.NotFound);
        (await FailureAsync(() => storage.PublishAsync("none/such", "a/b", Token))).ShouldBe(SnapshotFailure.NotFound);
        await storage.DeleteAsync("none/such", Token);
        await storage.AbandonUnfinishedAsync("none/", Token);
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
        var storage = await OpenAsync();
        (await FailureAsync(() => storage.CreateAsync(name, Token))).ShouldBe(SnapshotFailure.InvalidRequest);
        (await FailureAsync(() => storage.PublishAsync("a", name, Token))).ShouldBe(SnapshotFailure.InvalidRequest);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/./b")]
    [InlineData("a\nb")]
    public async Task Foreign_object_name_may_have_spaces_but_not_leave_storage(string name)
    {
        var storage = await OpenAsync();
        (await FailureAsync(() => storage.OpenReadAsync(name, Token))).ShouldBe(SnapshotFailure.InvalidRequest);
        (await storage.StatAsync("oms images/OMS 4.2.2 (new).tar.gz", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Storage_mark_is_created_once_and_differs_per_storage()
    {
        var (storage, other) = (await OpenAsync(), await OpenAsync());
        (await storage.ReadMarkAsync(Token)).ShouldBeNull();
        var mark = await storage.EnsureMarkAsync(Token);
        (await storage.EnsureMarkAsync(Token)).ShouldBe(mark);
        (await storage.ReadMarkAsync(Token)).ShouldBe(mark);
        (await other.ReadMarkAsync(Token)).ShouldBeNull();
        (await other.EnsureMarkAsync(Token)).StorageId.ShouldNotBe(mark.StorageId);
        (await storage.ListAsync("", Token)).Count.ShouldBe(1);
    }

    /// <summary>An empty storage of its own.</summary>
    protected abstract Task<ISnapshotStorage> OpenAsync();

    protected static async Task<SnapshotFailure> FailureAsync(Func<Task> action) =>
        (await Should.ThrowAsync<SnapshotException>(action)).Failure;
}
