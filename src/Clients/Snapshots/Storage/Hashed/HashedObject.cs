using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// An object of a storage that was read to its end and hashed, so that its checksum is known before a byte of it
/// leaves the process. The blocks were hashed
/// as well: what is read for sending is compared block by block, so that only bytes that were hashed are handed on,
/// whatever becomes of the object meanwhile.
/// </summary>
public sealed class HashedObject
{
    /// <summary>Longest object that is hashed. Archives of images and packages are a few GiB.</summary>
    public const long MostBytes = 64L << 30;

    internal const int BlockBytes = 4 << 20;

    private readonly string _name;
    private readonly IReadOnlyList<byte[]> _blocks;

    private HashedObject(string name, SnapshotObjectInfo info, string sha256, IReadOnlyList<byte[]> blocks) =>
        (_name, Info, Sha256, _blocks) = (name, info, sha256, blocks);

    /// <summary>What the storage said of it before it was read.</summary>
    public SnapshotObjectInfo Info { get; }

    /// <summary>Checksum of its bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads an object to its end.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="look">Looks at the contents while they are read; need not read to the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>; or the storage cannot be read, or
    /// the object is longer than <see cref="MostBytes"/>.</exception>
    public static async Task<(HashedObject Object, T Seen)> ReadAsync<T>(
        ISnapshotStorage storage, string name, Func<Stream, CancellationToken, Task<T>> look, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(look);
        var info = await storage.StatAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new SnapshotException(SnapshotFailure.NotFound, $"There is no '{name}' in {storage.Description}.");
        await using var content = new BlockHashingStream(
            await storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false),
            () => new SnapshotException(
                SnapshotFailure.StorageUnusable,
                string.Create(CultureInfo.InvariantCulture, $"'{name}' in {storage.Description} is longer than {MostBytes >> 30} GiB, which no archive is. Put the right file there.")));
        var seen = await look(content, cancellationToken).ConfigureAwait(false);
        await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        var (sha256, blocks) = content.Finish();
        return (new HashedObject(name, info with { Bytes = content.Position }, sha256, blocks), seen);
    }

    /// <summary>Opens it for sending. Reading throws a <see cref="SnapshotException"/> with
    /// <see cref="SnapshotFailure.ChecksumMismatch"/> where the bytes are not those that were hashed.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="offset">The first byte that is wanted.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="SnapshotException">It cannot be opened.</exception>
    public async Task<Stream> OpenAsync(ISnapshotStorage storage, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Info.Bytes);
        var content = await storage.OpenReadAsync(_name, cancellationToken).ConfigureAwait(false);
        try
        {
            var first = (int)(offset / BlockBytes);
            await SkipAsync(content, (long)first * BlockBytes, cancellationToken).ConfigureAwait(false);
            return new ComparedStream(
                content,
                _blocks,
                first,
                (int)(offset % BlockBytes),
                Info.Bytes,
                () => new SnapshotException(SnapshotFailure.ChecksumMismatch, $"'{_name}' in {storage.Description} changed after it was checked. What differs was not sent. Put the right file back."));
        }
        catch
        {
            await content.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task SkipAsync(Stream content, long bytes, CancellationToken cancellationToken)
    {
        if (content.CanSeek)
        {
            content.Seek(bytes, SeekOrigin.Begin);
            return;
        }

        var buffer = new byte[(int)Math.Min(BlockBytes, bytes)];
        while (bytes > 0)
        {
            var wanted = (int)Math.Min(buffer.Length, bytes);
            var read = await content.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < wanted)
            {
                // It ends before: the first block that is wanted will not be the one that was hashed.
                return;
            }

            bytes -= read;
        }
    }
}
