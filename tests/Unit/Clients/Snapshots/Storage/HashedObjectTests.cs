namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class HashedObjectTests : IDisposable
{
    private const int Held = CheckedStream.HeldBytes;

    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-hashed-").FullName;
    private readonly DirectorySnapshotStorage _storage;

    public HashedObjectTests() => _storage = new DirectorySnapshotStorage(new StorageRoot(_folder), "");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Held - 1)]
    [InlineData(Held)]
    [InlineData(Held + 1)]
    [InlineData((20 * Held) + 77)]
    public async Task Any_size_is_hashed_and_comes_from_any_offset(int size)
    {
        var content = Write("a.tar", size);
        var archives = new HashedArchives(TimeProvider.System);
        var hashed = await archives.HashAsync(_storage, "a.tar", Token);
        (hashed.Sha256, hashed.Info.Bytes).ShouldBe((Sha256(content), size));
        foreach (var offset in new[] { 0, 1, Held - 1, Held, Held + 1, size }.Where(o => o <= size))
        {
            await using var stream = await archives.OpenAsync(_storage, "a.tar", Sha256(content), offset, Token);
            (await ReadAsync(stream)).AsSpan().SequenceEqual(content.AsSpan(offset)).ShouldBeTrue($"from {offset}");
        }

        (await archives.HashAsync(_storage, "a.tar", Token)).ShouldBeSameAs(hashed);
    }

    [Fact]
    public async Task Wrong_checksum_opens_nothing()
    {
        var content = Write("a.tar", 100);
        var refused = await Should.ThrowAsync<SnapshotException>(
            () => new HashedArchives(TimeProvider.System).OpenAsync(_storage, "a.tar", new string('0', 64), 0, Token));
        refused.Failure.ShouldBe(SnapshotFailure.ChecksumMismatch);
        refused.Message.ShouldBeWorded(_folder, Sha256(content));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData((3 * Held) + 9, 0)]
    [InlineData(0, Held)]
    [InlineData((3 * Held) + 9, 3 * Held)]
    public async Task Last_bytes_of_changed_object_are_never_returned(int changed, int offset)
    {
        var content = Write("a.tar", (3 * Held) + 10);
        var hashed = await new HashedArchives(TimeProvider.System).HashAsync(_storage, "a.tar", Token);

        // In place, at the same length and with the same time.
        var path = Path.Combine(_folder, "a.tar");
        var time = File.GetLastWriteTimeUtc(path);
        content[changed] ^= 1;
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, time);
        var read = new MemoryStream();
        var error = await Should.ThrowAsync<SnapshotException>(async () =>
        {
            await using var stream = await hashed.OpenAsync(_storage, offset, Token);
            await stream.CopyToAsync(read, Token);
        });
        error.Failure.ShouldBe(SnapshotFailure.ChecksumMismatch);
        error.Message.ShouldBeWorded(_folder);
        read.Length.ShouldBeLessThanOrEqualTo(content.Length - Held);
    }

    [Fact]
    public async Task File_that_shrinks_after_the_hashing_is_an_error()
    {
        var content = Write("a.tar", (2 * Held) + 10);
        var hashed = await new HashedArchives(TimeProvider.System).HashAsync(_storage, "a.tar", Token);
        File.WriteAllBytes(Path.Combine(_folder, "a.tar"), content[..10]);
        await using var stream = await hashed.OpenAsync(_storage, 0, Token);
        (await Should.ThrowAsync<SnapshotException>(() => ReadAsync(stream))).Failure.ShouldBe(
            SnapshotFailure.ChecksumMismatch);
    }

    [Fact]
    public async Task File_that_grows_after_the_hashing_is_sent_as_it_was_hashed()
    {
        var content = Write("a.tar", Held + 10);
        var hashed = await new HashedArchives(TimeProvider.System).HashAsync(_storage, "a.tar", Token);
        File.WriteAllBytes(Path.Combine(_folder, "a.tar"), [.. content, 1]);
        await using var stream = await hashed.OpenAsync(_storage, 0, Token);
        (await ReadAsync(stream)).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task Hashes_are_kept_for_a_bounded_number_of_archives()
    {
        var archives = new HashedArchives(TimeProvider.System);
        for (var i = 0; i < HashedArchives.MostKept + 10; i++)
        {
            Write($"{i}.tar", 1);
            await archives.HashAsync(_storage, $"{i}.tar", Token);
        }

        archives.Count.ShouldBe(HashedArchives.MostKept);
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }

    private byte[] Write(string name, int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        File.WriteAllBytes(Path.Combine(_folder, name), content);
        return content;
    }
}
