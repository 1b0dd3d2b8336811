namespace Drydock.Clients.Snapshots;

/// <summary>An object of a storage that was read to its end and hashed, so that its checksum is known before a byte of
/// it leaves the process. When it is sent, it is read and hashed again: <see cref="CheckedStream"/>.</summary>
public sealed class HashedObject
{
    /// <summary>Maximum length of an object to hash. Archives of images and packages are a few GiB.</summary>
    public const long MostBytes = 64L << 30;

    private readonly string _name;

    private HashedObject(string name, SnapshotObjectInfo info, string sha256) =>
        (_name, Info, Sha256) = (name, info, sha256);

    /// <summary>Its metadata in the storage before it was read.</summary>
    public SnapshotObjectInfo Info { get; }

    /// <summary>Checksum of its bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads an object to its end.</summary>
    /// <param name="look">Examines the content while it is read; need not read to the end.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>; or the storage cannot be read, or
    /// the object is longer than <see cref="MostBytes"/>.</exception>
    public static async Task<(HashedObject Object, T Seen)> ReadAsync<T>(
        ISnapshotStorage storage,
        string name,
        Func<Stream, CancellationToken, Task<T>> look,
        CancellationToken cancellationToken)
    {
        var info = await storage.StatAsync(name, cancellationToken) ?? throw storage.Missing(name);
        var limited = new LimitedStream(
            await storage.OpenReadAsync(name, cancellationToken),
            MostBytes,
            () => new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{name}' in {storage.Description} is longer than the limit of {MostBytes >> 30} GiB. "
                        + "Put the right file there."));
        await using var content = new HashingStream(limited);
        var seen = await look(content, cancellationToken);
        await content.CopyToAsync(Stream.Null, cancellationToken);
        return (new HashedObject(name, info with { Bytes = content.Bytes }, content.FinishHash()), seen);
    }

    /// <summary>Opens it for sending. Reading throws a <see cref="SnapshotException"/> with
    /// <see cref="SnapshotFailure.ChecksumMismatch"/> before the last bytes if the object differs from the hashed
    /// one.</summary>
    /// <param name="offset">The first byte to return. The bytes before it are read and hashed as well.</param>
    /// <exception cref="SnapshotException">It cannot be opened.</exception>
    public async Task<Stream> OpenAsync(ISnapshotStorage storage, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Info.Bytes);
        var content = new CheckedStream(
            await storage.OpenReadAsync(_name, cancellationToken),
            Info.Bytes,
            Sha256,
            () => new SnapshotException(
                SnapshotFailure.ChecksumMismatch,
                $"'{_name}' in {storage.Description} changed after it was checked, so its last part was not sent. "
                    + "Restore the right file."));
        try
        {
            var skipped = new byte[(int)Math.Min(128 * 1024, offset)];
            for (var left = offset; left > 0;)
            {
                var most = (int)Math.Min(skipped.Length, left);
                left -= await content.ReadAsync(skipped.AsMemory(0, most), cancellationToken);
            }

            return content;
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }
}

/// <summary>Hashes an object while it is read for sending, and returns its last bytes only if all of it has the
/// expected checksum. A receiver that got another object therefore never gets all of it.</summary>
/// <param name="inner">The object from its start; it is closed with this one.</param>
/// <param name="length">Its length in bytes; what follows is not read.</param>
/// <param name="sha256">The expected checksum, 64 lower-case hexadecimal digits.</param>
/// <param name="changed">Creates the exception for another object.</param>
internal sealed class CheckedStream(Stream inner, long length, string sha256, Func<Exception> changed)
    : ReadOnlyStream
{
    /// <summary>Bytes that are held back until the checksum is known. The padding at the end of a tar file, which its
    /// reader does not need, is shorter (10 KiB at most).</summary>
    internal const int HeldBytes = 64 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _left = length;
    private ReadOnlyMemory<byte> _verified;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > 0 && _left > HeldBytes)
        {
            var most = (int)Math.Min(buffer.Length, _left - HeldBytes);
            var read = await inner.ReadAsync(buffer[..most], cancellationToken);
            _hash.AppendData(buffer.Span[..read]);
            _left -= read;
            return read > 0 ? read : throw changed();
        }

        if (buffer.Length > 0 && _left > 0)
        {
            _verified = await ReadHeldAsync(cancellationToken);
            _left = 0;
        }

        var count = Math.Min(buffer.Length, _verified.Length);
        _verified[..count].CopyTo(buffer);
        _verified = _verified[count..];
        return count;
    }

    private async Task<byte[]> ReadHeldAsync(CancellationToken cancellationToken)
    {
        var held = new byte[(int)_left];
        var read = await inner.ReadAtLeastAsync(held, held.Length, throwOnEndOfStream: false, cancellationToken);
        _hash.AppendData(held.AsSpan(0, read));
        return Convert.ToHexStringLower(_hash.GetHashAndReset()) == sha256 ? held : throw changed();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
