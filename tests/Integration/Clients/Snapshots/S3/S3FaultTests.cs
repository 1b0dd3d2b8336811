namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class S3FaultTests(LabFixture lab) : IAsyncLifetime
{
    private S3Server _server = null!;
    private S3FaultProxy _proxy = null!;
    private S3SnapshotStorage _storage = null!;
    private string _bucket = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await lab.S3ServerAsync();
        _bucket = await _server.NewBucketAsync(Token);
        _proxy = new S3FaultProxy(await lab.RunAsync(), _server);
        _storage = new S3SnapshotStorage(_server.Options(_bucket, _proxy.Endpoint));
    }

    public async ValueTask DisposeAsync()
    {
        _storage.Dispose();
        await _proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(503, "SlowDown")]
    public async Task Part_answered_with_error_is_the_only_request_repeated(int code, string name)
    {
        Strike(IsPart, FaultSide.Before, S3FaultProxy.Error(code, name), times: 3);
        await Written();
        _proxy.Ledger.Fired.Count.ShouldBe(3);
        _proxy.Ledger.Acts.Count(a => a.Verb == "PUT").ShouldBe(5 + 3);
        _proxy.Ledger.Acts.Count(a => a.Verb == "POST").ShouldBe(2);
    }

    [Theory]
    [InlineData(FaultSide.Before)]
    [InlineData(FaultSide.After)]
    public async Task Part_with_cut_connection_is_sent_again(FaultSide side)
    {
        Strike(IsPart, side, FaultAction.Cut, times: 2);
        await Written();
        _proxy.Ledger.Fired.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Write_succeeds_with_connections_cut_inside_parts()
    {
        var hash = await _storage.WriteAsync("cut", 24 << 20, seed: 3, written =>
        {
            // Again and again, each time some dozen pieces into a body.
            if (_proxy.Cuts < 4 && written > 6 << 20)
            {
                _proxy.CutMidway(30);
            }
        });
        _proxy.Cuts.ShouldBeGreaterThan(0);
        (await _storage.HashAsync("cut")).ShouldBe(hash);
        await NothingUnfinished();
    }

    [Fact]
    public async Task Lost_answer_to_upload_completion_is_no_failure()
    {
        Strike(
            p => p.Act.Verb == "POST" && _proxy.Ledger.Acts.Count(a => a.Verb == "POST") == 2, FaultSide.After,
            FaultAction.Cut);
        await Written();
        _proxy.Ledger.Fired.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lost_answer_to_small_write_is_no_failure()
    {
        Strike(p => p.Act.Verb == "PUT", FaultSide.After, FaultAction.Cut);
        await _storage.WriteAsync("small", "content");
        _proxy.Ledger.Acts.Count(a => a.Verb == "PUT").ShouldBe(2);
        (await _storage.ReadAsync("small")).ShouldBe("content");
        (await Should.ThrowAsync<SnapshotException>(() => _storage.WriteAsync("small", "other"))).Failure
            .ShouldBe(SnapshotFailure.AlreadyExists);
    }

    [Fact]
    public async Task PublishAsync_survives_errors_and_lost_answers()
    {
        var hash = await _storage.WriteAsync("pub.partial", 14 << 20, seed: 9);
        await _storage.WriteAsync("one.partial", "1");
        _proxy.Ledger.Reset();
        Strike(_ => true, FaultSide.After, FaultAction.Cut, times: 2);
        Strike(_ => true, FaultSide.Before, S3FaultProxy.Error(500, "InternalError"), times: 2);
        await _storage.PublishAsync("pub.partial", "pub", Token);
        await _storage.PublishAsync("one.partial", "one", Token);
        _proxy.Ledger.Fired.Count.ShouldBe(4);
        (await _storage.HashAsync("pub")).ShouldBe(hash);
        (await _storage.ListAsync("", Token)).Select(o => o.Name).ShouldBe(["one", "pub"]);
        await _storage.AbandonUnfinishedAsync("", Token);
        await NothingUnfinished();
    }

    [Fact]
    public async Task Cut_read_resumes_at_its_offset()
    {
        var hash = await _storage.WriteAsync("read", 20 << 20, seed: 4);
        await using var stream = await _storage.OpenReadAsync("read", Token);
        using var all = new MemoryStream();
        var buffer = new byte[100_000];
        var next = 0L;
        while (await stream.ReadAsync(buffer, Token) is var read && read > 0)
        {
            all.Write(buffer, 0, read);
            if (all.Length > next)
            {
                _proxy.CutMidway(5);
                next += 4 << 20;
            }
        }

        _proxy.Cuts.ShouldBeGreaterThan(1);
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(all.ToArray())).ShouldBe(hash);
    }

    [Fact]
    public async Task Silent_read_resumes_at_its_offset()
    {
        using var impatient = new S3SnapshotStorage(
            _server.Options(_bucket, _proxy.Endpoint, timeout: TimeSpan.FromSeconds(2)));
        var hash = await _storage.WriteAsync("silent", 12 << 20, seed: 4);
        await using var stream = await impatient.OpenReadAsync("silent", Token);
        using var all = new MemoryStream();
        var buffer = new byte[100_000];
        var frozen = false;
        while (true)
        {
            if (all.Length > 6 << 20 && !frozen)
            {
                frozen = true;
                _proxy.Freeze();
                var reading = stream.ReadAsync(buffer, Token).AsTask();
                while (!reading.IsCompleted && _proxy.OpenConnections < 2)
                {
                    await Task.WhenAny(reading, Task.Delay(20, Token));
                }

                _proxy.Thaw();
                all.Write(buffer, 0, await reading);
            }

            var read = await stream.ReadAsync(buffer, Token);
            if (read == 0)
            {
                break;
            }

            all.Write(buffer, 0, read);
        }

        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(all.ToArray())).ShouldBe(hash);
    }

    [Fact]
    public async Task Read_of_replaced_object_fails_without_mixing_contents()
    {
        await _storage.WriteAsync("swap", 20 << 20, seed: 1);
        await using var stream = await _storage.OpenReadAsync("swap", Token);
        var buffer = new byte[1 << 16];
        await stream.ReadExactlyAsync(buffer, Token);
        using (var client = _server.Client())
        {
            await client.PutObjectAsync(
                new Amazon.S3.Model.PutObjectRequest
                {
                    BucketName = _bucket,
                    Key = "drydock/test/swap",
                    ContentBody = new string('x', 20 << 20)
                },
                Token);
        }

        _proxy.CutAll();
        var error = await Should.ThrowAsync<SnapshotException>(async () =>
        {
            while (await stream.ReadAsync(buffer, Token) > 0)
            {
                _proxy.CutAll();
            }
        });
        error.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        error.Message.ShouldContain("replaced while it was read");
    }

    [Fact]
    public async Task Write_to_broken_storage_fails_with_reason_and_leaves_nothing()
    {
        using var brief = new S3SnapshotStorage(_server.Options(_bucket, _proxy.Endpoint, retries: 2));
        Strike(IsPart, FaultSide.Before, S3FaultProxy.Error(503, "SlowDown"), times: int.MaxValue);
        var error = await Should.ThrowAsync<SnapshotException>(() => brief.WriteAsync("broken", 14 << 20, seed: 2));
        error.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        error.Message.ShouldContain("503 SlowDown repeatedly");
        error.Message.ShouldContain(_bucket);
        (await _storage.ListAsync("", Token)).ShouldBeEmpty();
        await NothingUnfinished();
    }

    [Fact]
    public async Task Upload_of_killed_writer_is_abandoned_and_cannot_complete_later()
    {
        var late = await _storage.CreateAsync("run/db.sql.gz.partial", Token);
        await late.Content.WriteAsync(new byte[12 << 20], Token);
        var other = await _storage.CreateAsync("other/db.sql.gz.partial", Token);
        await other.Content.WriteAsync(new byte[12 << 20], Token);
        await Deadline.UntilAsync(
            "both uploads to be seen", async _ => (await Unfinished()).Count == 2, cancellationToken: Token);

        await _storage.AbandonUnfinishedAsync("run/", Token);

        (await Unfinished()).ShouldBe(["drydock/test/other/db.sql.gz.partial"]);
        var error = await Should.ThrowAsync<SnapshotException>(() => late.CompleteAsync(Token));
        error.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        await other.CompleteAsync(Token);
        (await _storage.ListAsync("", Token)).Select(o => o.Name).ShouldBe(["other/db.sql.gz.partial"]);
        await late.DisposeAsync();
        await other.DisposeAsync();
    }

    private static bool IsPart(FaultPoint point) => point.Act.Verb == "PUT";

    private void Strike(Func<FaultPoint, bool> predicate, FaultSide side, FaultAction action, int times = 1) =>
        _proxy.Ledger.When(p => p.Side == side && predicate(p), action, times);

    private async Task Written()
    {
        var hash = await _storage.WriteAsync("object", 24 << 20, seed: 8);
        (await _storage.HashAsync("object")).ShouldBe(hash);
        await NothingUnfinished();
    }

    private async Task NothingUnfinished() => (await Unfinished()).ShouldBeEmpty();

    private async Task<IReadOnlyList<string>> Unfinished()
    {
        using var client = _server.Client();
        var found = await client.ListMultipartUploadsAsync(
            new Amazon.S3.Model.ListMultipartUploadsRequest { BucketName = _bucket }, Token);
        return [.. (found.MultipartUploads ?? []).Select(u => u.Key)];
    }
}
