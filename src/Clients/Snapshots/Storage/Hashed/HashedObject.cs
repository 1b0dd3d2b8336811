using System.Globalization;
using System.Security.Cryptography;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// An object of a storage that was read to its end and hashed, so that its checksum is known before a byte of it leaves
/// the process. Each block was hashed as well: data read for sending is compared block by block, so that only hashed
/// bytes are sent, even if the object changes meanwhile.
/// </summary>
public sealed class HashedObject
{
    /// <summary>Maximum length of an object to hash. Archives of images and packages are a few GiB.</summary>
    public const long MostBytes = 64L << 30;

    internal const int BlockBytes = 4 << 20;

    private readonly string _name;
    private readonly IReadOnlyList<byte[]> _blocks;

    private HashedObject(string name, SnapshotObjectInfo info, string sha256, IReadOnlyList<byte[]> blocks) =>
        (_name, Info, Sha256, _blocks) = (name, info, sha256, blocks);

    /// <summary>Its metadata in the storage before it was read.</summary>
    public SnapshotObjectInfo Info { get; }

    /// <summary>Checksum of its bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads an object to its end.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="look">Examines the content while it is read; need not read to the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>; or the storage cannot be read, or
    /// the object is longer than <see cref="MostBytes"/>.</exception>
    public static async Task<(HashedObject Object, T Seen)> ReadAsync<T>(
        ISnapshotStorage storage,
        string name,
        Func<Stream, CancellationToken, Task<T>> look,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(look);
        var info = await storage.StatAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new SnapshotException(SnapshotFailure.NotFound, $"There is no '{name}' in {storage.Description}.");
        await using var content = new BlockHashingStream(
            await storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false),
            () => new SnapshotException(
                SnapshotFailure.StorageUnusable,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{name}' in {storage.Description} is longer than the limit of {MostBytes >> 30} GiB. "
                        + $"Put the right file there.")));
        var seen = await look(content, cancellationToken).ConfigureAwait(false);
        await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        var (sha256, blocks) = content.Finish();
        return (new HashedObject(name, info with { Bytes = content.Position }, sha256, blocks), seen);
    }

    /// <summary>
    /// Opens it for sending. Reading throws a <see cref="SnapshotException"/> with
    /// <see cref="SnapshotFailure.ChecksumMismatch"/> if the bytes differ from the hashed ones.
    /// </summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="offset">The first byte to return.</param>
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
            return new BlockVerifyingStream(
                content,
                _blocks,
                first,
                (int)(offset % BlockBytes),
                Info.Bytes,
                () =>
                    new SnapshotException(
                        SnapshotFailure.ChecksumMismatch,
                        $"'{_name}' in {storage.Description} changed after it was checked. "
                            + "The changed part was not sent. Restore the right file."));
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
            var read = await content.ReadAtLeastAsync(
                buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < wanted)
            {
                // It ends earlier, so the first block will differ from the hashed one.
                return;
            }

            bytes -= read;
        }
    }
}

/// <summary>Hashes what is read through it, as a whole and in blocks of
/// <see cref="HashedObject.BlockBytes"/>.</summary>
/// <param name="inner">The stream to read; it is closed with this one.</param>
/// <param name="tooLong">Creates the exception for more bytes than can be hashed.</param>
internal sealed class BlockHashingStream(Stream inner, Func<Exception> tooLong) : ReadOnlyStream
{
    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _block = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte[]> _blocks = [];
    private long _bytes;

    public override long Position
    {
        get => _bytes;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Add(buffer.Span[..read]);
        return _bytes <= HashedObject.MostBytes ? read : throw tooLong();
    }

    /// <summary>The checksums, once everything was read.</summary>
    internal (string Sha256, IReadOnlyList<byte[]> Blocks) Finish()
    {
        if (_bytes % HashedObject.BlockBytes != 0)
        {
            _blocks.Add(_block.GetHashAndReset());
        }

        return (Convert.ToHexStringLower(_whole.GetHashAndReset()), _blocks);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _whole.Dispose();
            _block.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        _whole.AppendData(bytes);
        while (bytes.Length > 0)
        {
            var count = (int)Math.Min(bytes.Length, HashedObject.BlockBytes - (_bytes % HashedObject.BlockBytes));
            _block.AppendData(bytes[..count]);
            _bytes += count;
            bytes = bytes[count..];
            if (_bytes % HashedObject.BlockBytes == 0)
            {
                _blocks.Add(_block.GetHashAndReset());
            }
        }
    }
}

/// <summary>
/// Returns bytes only after their block was compared with the hash recorded when the whole object was hashed.
/// </summary>
/// <param name="inner">The stream to read, from the start of the first block; it is closed with this one.</param>
/// <param name="blocks">The hashes of the blocks.</param>
/// <param name="first">The first block to return.</param>
/// <param name="skip">Bytes of it to skip.</param>
/// <param name="length">Bytes of the whole object.</param>
/// <param name="changed">Creates the exception for a block that differs.</param>
internal sealed class BlockVerifyingStream(
    Stream inner,
    IReadOnlyList<byte[]> blocks,
    int first,
    int skip,
    long length,
    Func<Exception> changed) : ReadOnlyStream
{
    private byte[] _buffer = [];
    private int _skip = skip;
    private int _next = first;
    private int _at;
    private int _filled;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _filled && buffer.Length > 0 && _next < blocks.Count)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        _buffer.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(HashedObject.BlockBytes, length - ((long)_next * HashedObject.BlockBytes));
        if (_buffer.Length < wanted)
        {
            _buffer = new byte[wanted];
        }

        // No byte of a block that was not compared, or not read completely, is ever returned.
        (_at, _filled) = (0, 0);
        var read = await inner.ReadAtLeastAsync(
            _buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < wanted || !SHA256.HashData(_buffer.AsSpan(0, wanted)).AsSpan().SequenceEqual(blocks[_next]))
        {
            throw changed();
        }

        _at = _skip;
        _skip = 0;
        _filled = wanted;
        _next++;
    }
}
