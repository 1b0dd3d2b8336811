using System.Security.Cryptography;

namespace Drydock.Clients.Snapshots;

/// <summary>Hands bytes on only after their block was compared with the hash that it had when the whole was
/// hashed.</summary>
/// <param name="inner">What is read, from the start of the first block on; it is closed with this.</param>
/// <param name="blocks">The hashes of the blocks.</param>
/// <param name="first">The first block that is wanted.</param>
/// <param name="skip">Bytes of it that are not wanted.</param>
/// <param name="length">Bytes of the whole.</param>
/// <param name="changed">The complaint about a block that differs.</param>
internal sealed class ComparedStream(Stream inner, IReadOnlyList<byte[]> blocks, int first, int skip, long length, Func<Exception> changed) : ReadOnlyStream
{
    private byte[] _buffer = [];
    private int _skip = skip;
    private int _next = first;
    private int _at;
    private int _filled;

    /// <inheritdoc />
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

    /// <inheritdoc />
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

        // Nothing of a block that was not compared, or not read whole, is ever handed on.
        (_at, _filled) = (0, 0);
        var read = await inner.ReadAtLeastAsync(_buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
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
