using Amazon.S3.Model;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>What the SDK's transfer needs around it, against a bucket that checks the digest of every body.</summary>
public sealed class S3UploadTests : IAsyncLifetime
{
    private const int Large = 11 << 20;
    private readonly SemaphoreSlim _slots = new(2);
    private FakeS3 _bucket = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bucket = await FakeS3.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _bucket.DisposeAsync();
        _slots.Dispose();
    }

    [Fact]
    public void Parts_hold_300_GiB_with_at_most_32_MiB_each()
    {
        ((long)S3PartSizes.Upload * S3PartSizes.MaxParts).ShouldBeGreaterThanOrEqualTo(300L << 30);
        (S3PartSizes.Upload + S3PartSizes.Piece).ShouldBeLessThanOrEqualTo(32 << 20);
    }

    [Fact]
    public async Task Part_above_the_last_number_is_refused_with_a_remedy()
    {
        using var client = new S3Client(_bucket.Options(), TimeProvider.System);
        var error = await Should.ThrowAsync<SnapshotException>(() => client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = "bucket",
                Key = "k",
                PartNumber = 10_001,
                InputStream = new MemoryStream()
            }, Token));

        error.Message.ShouldContain("MyDumper");
        _bucket.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_uploads_than_slots_all_end()
    {
        using var storage = Storage();

        await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => Task.Run(() => WriteAsync(storage, $"o{i}", Large), Token)));

        _bucket.Objects.Values.Select(o => o.Bytes).ShouldBe(Enumerable.Repeat((long)Large, 6));
        _bucket.MostUploads.ShouldBeLessThanOrEqualTo(2);
        _slots.CurrentCount.ShouldBe(2);
    }

    [Fact]
    public async Task Small_object_is_one_request_and_needs_no_slot()
    {
        using var none = new SemaphoreSlim(0);
        using var storage = new S3SnapshotStorage(_bucket.Options(), null, none);

        await WriteAsync(storage, "record", S3SnapshotStorage.SmallBytes);

        _bucket.Objects["record"].Bytes.ShouldBe(S3SnapshotStorage.SmallBytes);
        _bucket.Requests.ShouldBe(["head", "put", "head"]);
    }

    [Fact]
    public async Task Abandoned_waiting_writer_takes_no_slot()
    {
        using var none = new SemaphoreSlim(0);
        using var storage = new S3SnapshotStorage(_bucket.Options(), null, none);
        var writer = await storage.CreateAsync("waiting", Token);
        var writing = writer.Content.WriteAsync(new byte[3 * S3SnapshotStorage.SmallBytes], Token).AsTask();

        await writer.DisposeAsync().AsTask().Bounded();

        await Should.ThrowAsync<OperationCanceledException>(() => writing.Bounded());
        none.Release();
        none.CurrentCount.ShouldBe(1);
        _bucket.Requests.ShouldBe(["head"]);
    }

    [Fact]
    public async Task Disposed_writer_leaves_neither_object_nor_parts()
    {
        using var storage = Storage();
        await using (var writer = await storage.CreateAsync("half", Token))
        {
            await writer.Content.WriteAsync(new byte[Large], Token);
        }

        _bucket.Objects.ShouldBeEmpty();
        _bucket.Unfinished.ShouldBeEmpty();
        _slots.CurrentCount.ShouldBe(2);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    public async Task Server_without_conditional_writes_is_written_to(int bytes)
    {
        _bucket.Instead = async (context, kind) =>
        {
            var refuses = kind is "put" or "complete" && context.Request.Headers.IfNoneMatch.Count > 0;
            if (refuses)
            {
                await FakeS3.RefuseAsync(context, 501, "NotImplemented");
            }

            return refuses;
        };
        using var storage = Storage();

        await WriteAsync(storage, "one", bytes);
        await WriteAsync(storage, "two", bytes);

        _bucket.Objects.Values.Select(o => o.Bytes).ShouldBe([bytes, bytes]);
        _bucket.Requests.Count(r => r is "put" or "complete").ShouldBe(3, "it is asked once");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    public async Task Object_of_another_writer_is_not_overwritten(int bytes)
    {
        using var storage = Storage();
        await using var writer = await storage.CreateAsync("name", Token);
        await writer.Content.WriteAsync(new byte[bytes], Token);
        _bucket.Instead = (_, kind) =>
        {
            if (kind is "put" or "complete")
            {
                _bucket.Objects["name"] = (1, "another");
            }

            return Task.FromResult(false);
        };

        (await Should.ThrowAsync<SnapshotException>(() => writer.CompleteAsync(Token))).Failure
            .ShouldBe(SnapshotFailure.AlreadyExists);

        _bucket.Objects["name"].ShouldBe((1, "another"));
        _bucket.Unfinished.ShouldBeEmpty();
    }

    [Fact]
    public async Task Object_that_appeared_is_seen_before_the_completion()
    {
        using var storage = Storage();
        await using var writer = await storage.CreateAsync("name", Token);
        await writer.Content.WriteAsync(new byte[Large], Token);
        _bucket.Objects["name"] = (1, "another");

        (await Should.ThrowAsync<SnapshotException>(() => writer.CompleteAsync(Token))).Failure
            .ShouldBe(SnapshotFailure.AlreadyExists);

        _bucket.Requests.ShouldNotContain("complete");
        _bucket.Unfinished.ShouldBeEmpty();
    }

    [Fact]
    public async Task Writing_ends_with_the_reason_of_a_failed_upload_though_the_abort_fails()
    {
        _bucket.Instead = async (context, kind) =>
        {
            if (kind == "part")
            {
                await FakeS3.RefuseAsync(context, 403, "AccessDenied");
            }
            else if (kind == "abort")
            {
                await FakeS3.RefuseAsync(context, 500, "InternalError");
            }

            return kind is "part" or "abort";
        };
        using var storage = Storage();
        await using var writer = await storage.CreateAsync("refused", Token);

        var error = await Should.ThrowAsync<SnapshotException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await writer.Content.WriteAsync(new byte[1 << 20], Token);
            }
        });

        error.Message.ShouldContain("403 AccessDenied");
        (await Should.ThrowAsync<SnapshotException>(() => writer.CompleteAsync(Token))).Message.ShouldBe(error.Message);
    }

    [Fact]
    public async Task Abort_without_answer_ends_after_its_limit()
    {
        var time = new ManualTimeProvider();
        var aborted = new TaskCompletionSource();
        _bucket.Instead = async (context, kind) =>
        {
            if (kind != "abort")
            {
                return false;
            }

            aborted.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        using var storage = new S3SnapshotStorage(_bucket.Options(), time, _slots);
        var writer = await storage.CreateAsync("silent", Token);
        await writer.Content.WriteAsync(new byte[Large], Token);

        var disposing = writer.DisposeAsync().AsTask();
        await aborted.Task.Bounded();
        disposing.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(10));

        await disposing.Bounded();
    }

    [Fact]
    public async Task Request_without_answer_ends_after_its_limit()
    {
        var time = new ManualTimeProvider();
        var asked = new TaskCompletionSource();
        _bucket.Instead = async (context, _) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        using var storage = new S3SnapshotStorage(_bucket.Options(retries: 1), time, _slots);

        var reading = storage.StatAsync("x", Token);
        await asked.Task.Bounded();
        while (!reading.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        (await Should.ThrowAsync<SnapshotException>(() => reading)).Message
            .ShouldBeWorded(_bucket.Options().Endpoint.Authority);
    }

    [Fact]
    public async Task Request_is_repeated_nine_times_within_a_minute()
    {
        var pauses = new Pauses();
        _bucket.Instead = async (context, kind) =>
        {
            if (kind == "put")
            {
                await FakeS3.RefuseAsync(context, 503, "SlowDown");
            }

            return kind == "put";
        };
        var usual = _bucket.Options();
        var options =
            new S3StorageOptions { Endpoint = usual.Endpoint, Bucket = "b", AccessKey = "a", SecretKey = "s" };
        using var storage = new S3SnapshotStorage(
            _bucket.Options(options.Retries, options.Pauses with { Jitter = 0 }), pauses, _slots);

        (await Should.ThrowAsync<SnapshotException>(() => WriteAsync(storage, "busy", 1))).Message
            .ShouldContain("503 SlowDown repeatedly");

        pauses.Seconds.ShouldBe([0.25, 0.5, 1, 2, 4, 8, 15, 15, 15]);
    }

    private static async Task WriteAsync(S3SnapshotStorage storage, string name, int bytes)
    {
        await using var writer = await storage.CreateAsync(name, Token);
        for (var at = 0; at < bytes; at += 64 << 10)
        {
            await writer.Content.WriteAsync(new byte[Math.Min(64 << 10, bytes - at)], Token);
        }

        await writer.CompleteAsync(Token);
    }

    private S3SnapshotStorage Storage() => new(_bucket.Options(), null, _slots);

    /// <summary>Pauses end at once, limits never.</summary>
    private sealed class Pauses : TimeProvider
    {
        public List<double> Seconds { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var isPause = dueTime < TimeSpan.FromMinutes(1);
            if (isPause)
            {
                Seconds.Add(dueTime.TotalSeconds);
            }

            return base.CreateTimer(callback, state, isPause ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
        }
    }
}
