using System.Security.Cryptography;

namespace Drydock.Clients.Snapshots;

/// <summary>Hashes what is read through it, as a whole and in blocks of
/// <see cref="HashedObject.BlockBytes"/>.</summary>
/// <param name="inner">What is read; it is closed with this.</param>
/// <param name="tooLong">The complaint about more bytes than are hashed.</param>
internal sealed class BlockHashingStream(Stream inner, Func<Exception> tooLong) : ReadOnlyStream
{
    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _block = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte[]> _blocks = [];
    private long _bytes;

    /// <inheritdoc />
    public override long Position
    {
        get => _bytes;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
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

    /// <inheritdoc />
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
