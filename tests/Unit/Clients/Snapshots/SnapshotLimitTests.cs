using System.IO.Compression;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>
/// Never more is read, opened or kept than a cap, whatever a storage gives. Counted in bytes that were read or handed
/// on.
/// </summary>
public sealed class SnapshotLimitTests
{
    private static readonly S3StorageOptions Options =
        new() { Endpoint = new Uri("http://s3"), Bucket = "b", AccessKey = "a", SecretKey = "s" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manifest_without_end_is_read_up_to_its_cap()
    {
        var storage = new EndlessStorage(static (at, buffer) => Fill(buffer, at == 0 ? "{\"id\":\"" : "xxxxxxxx"));
        var refused = await Should.ThrowAsync<SnapshotException>(
            () => ManifestStore.RequireAsync(new SnapshotLocation(storage, "", "s"), Token));
        refused.Failure.ShouldBe(SnapshotFailure.ManifestInvalid);
        refused.Message.ShouldBeWorded();
        storage.Read.ShouldBe(SnapshotLimits.Manifest + 1);
    }

    [Fact]
    public async Task File_decoding_beyond_manifest_size_stops()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            var lines = new byte[1 << 20];
            Array.Fill(lines, (byte)'\n');
            for (var i = 0; i < 64; i++)
            {
                await gzip.WriteAsync(lines, Token);
            }
        }

        var bytes = bomb.ToArray();
        var storage = new EndlessStorage((at, buffer) => Copy(bytes, at, buffer));
        var file = new SnapshotFile("rm.sql.gz", "gzip", bytes.Length, 300_000, "", 0);
        long handedOn = 0;
        var read = await ReadAsync(storage, file, piece => handedOn += piece.Length);
        handedOn.ShouldBeLessThanOrEqualTo(file.RawBytes);
        read.RawBytes.ShouldBeLessThan(file.RawBytes + (2 << 20));
        DumpCheck.Stored("rm", file, read, opened: true).ShouldContain(
            f =>
                f.Failure == SnapshotFailure.Truncated
                    && f.Message.Contains("more than the 300000 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endless_object_is_read_up_to_manifest_size()
    {
        var storage = new EndlessStorage(static (_, buffer) => Fill(buffer, "no gzip "));
        var file = new SnapshotFile("rm.sql.gz", "gzip", 1_000_000, 1_000_000, new string('0', 64), 0);
        var read = await ReadAsync(storage, file, static _ => { });
        storage.Read.ShouldBe(file.StoredBytes + 1);
        DumpCheck.Stored("rm", file, read, opened: true).ShouldContain(
            f =>
                f.Failure == SnapshotFailure.ChecksumMismatch
                    && f.Message.Contains("the stored object is longer", StringComparison.Ordinal));
    }

    [Fact]
    public void Listing_ends_at_limits()
    {
        TakenBefore(static limit => limit.Take("name")).ShouldBe(SnapshotLimits.ListedObjects);
        TakenBefore(static limit => limit.TakePage()).ShouldBe(SnapshotLimits.ListedPages);
        var name = new string('x', 1 << 20);
        TakenBefore(limit => limit.Take(name)).ShouldBeLessThan(65);
    }

    private static int TakenBefore(Action<ListingLimit> take)
    {
        var limit = new ListingLimit(Options, "p/");
        var taken = 0;
        var refused = Should.Throw<SnapshotException>(() =>
        {
            for (; ; taken++)
            {
                take(limit);
            }
        });
        refused.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        refused.Message.ShouldContain("'p/' in s3 http://s3/b");
        return taken;
    }

    [Theory]
    [InlineData("PUT", "", HttpStatusCode.OK, true)]
    [InlineData("GET", "?list-type=2", HttpStatusCode.OK, true)]
    [InlineData("GET", "?uploads", HttpStatusCode.OK, true)]
    [InlineData("GET", "", HttpStatusCode.Forbidden, true)]
    [InlineData("GET", "", HttpStatusCode.OK, false)]
    public async Task Endless_response_is_ended_except_object_content(
        string method, string query, HttpStatusCode status, bool ends)
    {
        var storage = new EndlessStorage(static (_, buffer) => buffer.Length);
        using var client = new HttpClient(new S3Responses(new Answer(storage, status), Options, TimeProvider.System));
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://s3/b/k" + query);
        var buffer = new byte[1 << 20];
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
            await using var stream = await response.Content.ReadAsStreamAsync(Token);
            while (storage.Read < 2 * SnapshotLimits.S3Answer)
            {
                await stream.ReadExactlyAsync(buffer, Token);
            }

            ends.ShouldBeFalse();
        }
        catch (SnapshotException e)
        {
            ends.ShouldBeTrue();
            e.Message.ShouldBeWorded();
            storage.Read.ShouldBeLessThan(2 * SnapshotLimits.S3Answer);
        }
    }

    private static Task<DumpReadResult> ReadAsync(
        ISnapshotStorage storage, SnapshotFile file, Action<ReadOnlyMemory<byte>> sink) =>
        new DumpCodec(new SnapshotToolOptions()).ReadAsync(
            storage,
            file.Name,
            file,
            default(DecryptionKey),
            (piece, _) =>
            {
                sink(piece);
                return ValueTask.CompletedTask;
            },
            new ProgressMeter(null, "rm", SnapshotStage.Verifying, TimeProvider.System),
            Token);

    private static int Fill(Memory<byte> buffer, string text)
    {
        buffer.Span.Fill((byte)'x');
        var length = Math.Min(text.Length, buffer.Length);
        Encoding.ASCII.GetBytes(text.AsSpan(0, length), buffer.Span);
        return buffer.Length;
    }

    private static int Copy(byte[] bytes, long at, Memory<byte> buffer)
    {
        var length = (int)Math.Min(buffer.Length, bytes.Length - at);
        bytes.AsSpan((int)at, length).CopyTo(buffer.Span);
        return length;
    }

    private sealed class Answer(EndlessStorage storage, HttpStatusCode status) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            new(status) { Content = new StreamContent(await storage.OpenReadAsync("x", cancellationToken)) };
    }
}
