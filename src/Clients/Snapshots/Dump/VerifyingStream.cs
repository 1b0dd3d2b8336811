using System.IO.Pipelines;

namespace Drydock.Clients.Snapshots;

/// <summary>Passes compressed bytes on and concurrently decompresses them again. When writing ends, it is verified by
/// length and gzip checksum that the bytes decompress to the input. Together with the SHA-256 of the bytes read back
/// from the storage this is equivalent to decompressing those.</summary>
internal sealed class VerifyingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 1024 * 1024,
        resumeWriterThreshold: 512 * 1024,
        minimumSegmentSize: 64 * 1024,
        useSynchronizationContext: false));
    private readonly Task<long> _opened;

    internal VerifyingStream(Stream inner)
    {
        _inner = inner;
        _opened = Task.Run(OpenAsync);
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
        await _pipe.Writer.WriteAsync(buffer, cancellationToken);
        await _inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Called after the last write: all of it decompresses to this number of bytes.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.Truncated"/>: it does not.</exception>
    internal async Task RequireAsync(long raw)
    {
        await _pipe.Writer.CompleteAsync();
        try
        {
            var opened = await _opened;
            if (opened != raw)
            {
                throw new InvalidDataException($"It decodes to {opened} bytes.");
            }
        }
        catch (InvalidDataException e)
        {
            throw new SnapshotException(
                SnapshotFailure.Truncated,
                $"{raw} bytes were compressed and cannot be decompressed again: {Sentences.Close(e.Message)}",
                e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Abandoned, not finished: the reader ends without having read everything.
            _pipe.Writer.Complete(new OperationCanceledException());
            _ = _opened.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }

        base.Dispose(disposing);
    }

    private async Task<long> OpenAsync()
    {
        var buffer = new byte[32 * 1024];
        long bytes = 0;
        try
        {
            await using var gzip = new GZipStream(_pipe.Reader.AsStream(leaveOpen: true), CompressionMode.Decompress);
            while (await gzip.ReadAsync(buffer) is var read && read > 0)
            {
                bytes += read;
            }

            return bytes;
        }
        finally
        {
            // The writer must not wait for a reader that has ended.
            await _pipe.Reader.CompleteAsync();
        }
    }
}
