namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class BlockingCallsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider _time = new();
    private readonly ManualResetEventSlim _gate = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-threads-").FullName;
    private readonly StorageRoot _root;

    public BlockingCallsTests() => _root = Root();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _gate.Set();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Hanging_calls_hold_four_threads_outside_the_pool()
    {
        var onPool = 0;
        var running = 0;
        using var four = new CountdownEvent(4);
        var looks = Enumerable.Range(0, 32).Select(i => _root.RunAsync(
            $"look {i}",
            _ =>
            {
                Interlocked.Add(ref onPool, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
                if (Interlocked.Increment(ref running) <= 4)
                {
                    four.Signal();
                }

                _gate.Wait(Token);
                return true;
            },
            Token)).ToList();
        four.Wait(Token);

        // While all of them hang, the pool makes progress: a renewal that hops a thousand times over it comes to its
        // end.
        for (var hop = 0; hop < 1000; hop++)
        {
            await Task.Run(static () => { }, Token);
        }

        looks.ShouldAllBe(l => !l.IsCompleted);
        Volatile.Read(ref running).ShouldBe(4);
        _gate.Set();
        await Task.WhenAll(looks);
        onPool.ShouldBe(0);
    }

    [Fact]
    public async Task Hung_root_fails_all_calls_until_the_call_returns()
    {
        using var started = new CountdownEvent(4);
        var hanging =
            Enumerable.Range(0, 4).Select(_ => _root.RunAsync("look at 'a/b'", _ => Hang(started), Token)).ToList();
        started.Wait(Token);
        var waiting = _root.RunAsync("list ''", static _ => true, Token);
        waiting.IsCompleted.ShouldBeFalse();
        _time.Advance(Limit);

        var storage = new DirectorySnapshotStorage(_root, "oms");
        foreach (var failing in (Task[])[
            .. hanging, waiting, storage.ReadMarkAsync(Token), storage.OpenReadAsync("x", Token)])
        {
            var hung = await Should.ThrowAsync<SnapshotException>(() => failing);
            hung.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
            hung.Message.ShouldBeWorded(_folder);
        }

        // Another root does not care.
        var other = Root();
        (await other.RunAsync("look", static _ => 7, Token)).ShouldBe(7);

        _gate.Set();
        (await EventuallyAsync(() => storage.ReadMarkAsync(Token))).ShouldBeNull();
    }

    [Fact]
    public async Task Abandoned_call_frees_caller_and_late_result_is_disposed()
    {
        using var cancelled = new CancellationTokenSource();
        using var started = new CountdownEvent(1);
        var late = new Late();
        var call = _root.RunAsync(
            "open",
            _ =>
            {
                Hang(started);
                return late;
            },
            cancelled.Token);
        started.Wait(Token);
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        _gate.Set();
        late.Disposed.Wait(Token);
    }

    [Fact]
    public async Task Stream_on_hanging_volume_fails_and_is_not_reused()
    {
        var storage = new DirectorySnapshotStorage(_root, "oms");
        await using var writer = await storage.CreateAsync("a/dump.partial", Token);
        await writer.Content.WriteAsync(new byte[1000], Token);
        using var started = new CountdownEvent(4);
        var hanging =
            Enumerable.Range(0, 4).Select(_ => _root.RunAsync("sync 'other'", _ => Hang(started), Token)).ToList();
        started.Wait(Token);
        var write = writer.Content.WriteAsync(new byte[3 << 20], Token).AsTask();
        write.IsCompleted.ShouldBeFalse();
        _time.Advance(Limit);
        (await Should.ThrowAsync<SnapshotException>(() => write)).Message.ShouldBeWorded(_folder);
        foreach (var hung in hanging)
        {
            await Should.ThrowAsync<SnapshotException>(() => hung);
        }

        _gate.Set();
        await EventuallyAsync(() => storage.StatAsync("x", Token));
        (await Should.ThrowAsync<SnapshotException>(() => writer.CompleteAsync(Token))).Message.ShouldBeWorded(_folder);
    }

    [Fact]
    public async Task File_is_closed_after_hang_without_waiter()
    {
        using var started = new CountdownEvent(1);
        var hanging = _root.RunAsync("look", _ => Hang(started), Token);
        started.Wait(Token);
        _time.Advance(Limit);
        await Should.ThrowAsync<SnapshotException>(() => hanging);
        using var closed = new ManualResetEventSlim();
        _root.Post("close", closed.Set);
        closed.Wait(Token);
    }

    [Fact]
    public async Task Root_works_while_all_others_hang()
    {
        using var started = new CountdownEvent(12);
        var hanging = new[] { _root, Root(), Root() }
            .SelectMany(root => Enumerable.Range(0, 4).Select(
                _ => root.RunAsync("look", _ => Hang(started), Token)))
            .ToList();
        started.Wait(Token);
        _time.Advance(Limit);
        foreach (var hung in hanging)
        {
            await Should.ThrowAsync<SnapshotException>(() => hung);
        }

        (await Root().RunAsync("look", static _ => 7, Token)).ShouldBe(7);
    }

    private StorageRoot Root() => new(_folder, Limit, _time);

    // The root is usable a moment after its last overdue call has returned.
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (SnapshotException e) when (e.Message.StartsWith("The storage root", StringComparison.Ordinal))
            {
                await Task.Yield();
            }
        }
    }

    private bool Hang(CountdownEvent started)
    {
        started.Signal();
        _gate.Wait(Token);
        return true;
    }

    private sealed class Late : IDisposable
    {
        public ManualResetEventSlim Disposed { get; } = new();

        public void Dispose() => Disposed.Set();
    }
}
