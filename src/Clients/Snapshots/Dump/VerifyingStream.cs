using System.IO.Pipelines;

namespace Drydock.Clients.Snapshots;

/// <summary>Passes compressed bytes on and concurrently decompresses them again. When writing ends, it is verified by
/// length and gzip checksum that the bytes decompress to the input. Together with the SHA-256 of the bytes read back
/// from the storage this is equivalent to decompressing those.</summary>
internal sealed class VerifyingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly ObjectWriter _proof;
    private long _opened;
    private InvalidDataException? _damage;

    internal VerifyingStream(Stream inner)
    {
        _inner = inner;
        _proof = new ObjectWriter(OpenAsync);
    }

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    // Asynchronous only, like the S3 streams: a blocked thread would wait for the pipe's reader.
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _proof.Content.WriteAsync(buffer, cancellationToken);
        await _inner.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>Called after the last write: all of it decompresses to this number of bytes.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.Truncated"/>: it does not.</exception>
    internal async Task RequireAsync(long raw)
    {
        await _proof.CompleteAsync(CancellationToken.None);
        if (_damage is not null || _opened != raw)
        {
            throw new SnapshotException(
                SnapshotFailure.Truncated,
                $"{raw} bytes were compressed and cannot be decompressed again: "
                    + Sentences.Close(_damage?.Message ?? $"It decodes to {_opened} bytes."),
                _damage);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _proof.DisposeAsync();
        await base.DisposeAsync();
    }

    // Damage is kept for the end: a writer must not fail for it before.
    private async Task OpenAsync(PipeReader content, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            await using var gzip = new GZipStream(content.AsStream(leaveOpen: true), CompressionMode.Decompress);
            while (await gzip.ReadAsync(buffer, cancellationToken) is var read && read > 0)
            {
                _opened += read;
            }
        }
        catch (InvalidDataException e)
        {
            _damage = e;
        }
    }
}
