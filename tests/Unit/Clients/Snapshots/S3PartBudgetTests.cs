using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Amazon.S3.Model;
using Drydock.Clients.Snapshots;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>
/// The memory of uploads to S3. Sizes are the real ones divided by 1,024, numbers of parts are the real ones.
/// </summary>
public sealed class S3PartBudgetTests
{
    private const int Scale = 1024;
    private const int PartBytes = (8 << 20) / Scale;
    private const long Budget = S3PartBudget.ProcessBytes / Scale;
    private const long Object = (300L << 30) / Scale;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Parts_hold_300_GiB_with_at_most_32_MiB_each()
    {
        var sizes =
            Enumerable.Range(1, S3PartSizes.MaxParts).Select(static n => (long)S3PartSizes.Of(n, 8 << 20)).ToList();
        sizes.Sum().ShouldBeGreaterThanOrEqualTo(300L << 30);
        sizes.Max().ShouldBe(32 << 20);
        sizes.Take(256).ShouldAllBe(static s => s == 8 << 20);
    }

    [Fact]
    public async Task Four_writers_of_300_GiB_stay_within_budget()
    {
        var budget = new S3PartBudget(Budget);
        var storage = new FakeUploads();
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(i => Task.Run(() => WriteAsync(storage, $"o{i}", budget, Object), Token)));
        budget.Peak.ShouldBeLessThanOrEqualTo(Budget);
        budget.Held.ShouldBe(0);
        storage.LongestPart.ShouldBeLessThanOrEqualTo((32 << 20) / Scale);
        storage.MostBuffers.ShouldBeLessThanOrEqualTo(Budget);
        storage.Objects.Values.ShouldAllBe(static bytes => bytes == Object);
    }

    [Fact]
    public async Task More_writers_than_the_budget_has_parts_all_end()
    {
        var budget = new S3PartBudget(4 * PartBytes);
        var storage = new FakeUploads();
        await Task.WhenAll(
            Enumerable.Range(0, 20).Select(
                i => Task.Run(() => WriteAsync(storage, $"o{i}", budget, 9 * PartBytes), Token)));
        budget.Peak.ShouldBeLessThanOrEqualTo(4 * PartBytes);
        budget.Held.ShouldBe(0);
        storage.Objects.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Small_object_takes_no_budget_and_does_not_wait()
    {
        var budget = new S3PartBudget(PartBytes);
        await budget.TakeAsync(PartBytes, Token);
        var storage = new FakeUploads();
        await WriteAsync(storage, "record", budget, 100);
        storage.Objects["record"].ShouldBe(100);
        budget.Peak.ShouldBe(PartBytes);
    }

    [Fact]
    public async Task Abandoned_waiting_writer_takes_no_budget()
    {
        var budget = new S3PartBudget(PartBytes);
        await budget.TakeAsync(PartBytes, Token);
        using var stop = new CancellationTokenSource();
        var waiting = budget.TakeAsync(PartBytes, stop.Token);
        var next = budget.TakeAsync(PartBytes, Token);
        waiting.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        budget.Return(PartBytes);
        await next;
        budget.Held.ShouldBe(PartBytes);
    }

    private static async Task WriteAsync(FakeUploads storage, string name, S3PartBudget budget, long bytes)
    {
        await using var writer = new S3ObjectWriter(storage, name, budget, TimeProvider.System);
        var piece = new byte[64 << 10];
        for (long at = 0; at < bytes; at += piece.Length)
        {
            await writer.Content.WriteAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, bytes - at)), Token);
        }

        await writer.CompleteAsync(Token);
    }

    private sealed class FakeUploads : IS3Uploads
    {
        private readonly ConcurrentDictionary<string, long> _parts = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, string> _writers = new(StringComparer.Ordinal);
        private readonly Lock _guard = new();
        private long _buffers;

        public S3StorageOptions Options { get; } =
            new() { Endpoint = new Uri("http://s3"), Bucket = "b", AccessKey = "a", SecretKey = "s", PartBytes = PartBytes };

        internal ConcurrentDictionary<string, long> Objects { get; } = new(StringComparer.Ordinal);

        internal int LongestPart { get; private set; }

        /// <summary>The most bytes of the arrays whose parts were on their way at one time.</summary>
        internal long MostBuffers { get; private set; }

        public Task<S3ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken) =>
            Task.FromResult(
                Objects.TryGetValue(name, out var bytes)
                    ? new S3ObjectInfo(bytes, "e", DateTimeOffset.UnixEpoch, _writers[name])
                    : null);

        public Task<bool> PutAsync(
            string name, ReadOnlyMemory<byte> content, string writer, CancellationToken cancellationToken)
        {
            (_writers[name], Objects[name]) = (writer, content.Length);
            return Task.FromResult(true);
        }

        public Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken)
        {
            _writers[name] = writer;
            return Task.FromResult(name);
        }

        public async Task<PartETag> PutPartAsync(
            string name, string upload, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            MemoryMarshal.TryGetArray(content, out var array).ShouldBeTrue();
            lock (_guard)
            {
                LongestPart = Math.Max(LongestPart, content.Length);
                _buffers += array.Array!.Length;
                MostBuffers = Math.Max(MostBuffers, _buffers);
            }

            await Task.Yield();
            lock (_guard)
            {
                _buffers -= array.Array!.Length;
            }

            _parts.AddOrUpdate(upload, content.Length, (_, before) => before + content.Length);
            return new PartETag(number, "e");
        }

        public Task<bool> CompleteUploadAsync(
            string name,
            string upload,
            IReadOnlyList<PartETag> parts,
            string writer,
            CancellationToken cancellationToken)
        {
            parts.Count.ShouldBeLessThanOrEqualTo(S3PartSizes.MaxParts);
            parts.Select(static p => p.PartNumber ?? 0).ShouldBe(Enumerable.Range(1, parts.Count));
            Objects[name] = _parts[upload];
            return Task.FromResult(true);
        }

        public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) =>
            Task.CompletedTask;
    }
}
