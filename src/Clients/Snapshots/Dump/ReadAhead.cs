using System.IO.Pipelines;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads a stream to its end while the pieces that were read before are consumed, with a bounded number of
/// bytes between the two.</summary>
internal static class ReadAhead
{
    private const int PieceBytes = 256 * 1024;
    private const int FullBytes = PieceBytes / 2;
    private const int LeastRead = 16 * 1024;

    /// <summary>Returns the number of bytes after all of them were consumed. The first failure of either side ends the
    /// other and is thrown.</summary>
    internal static async Task<long> RunAsync(
        ReadOnlyMemory<byte> head,
        Stream source,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> consume,
        CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(
            pauseWriterThreshold: 8 * PieceBytes,
            resumeWriterThreshold: 4 * PieceBytes,
            minimumSegmentSize: PieceBytes,
            useSynchronizationContext: false));
        pipe.Writer.Write(head.Span);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Factory.StartNew(
            () => ReadAsync(source, pipe.Writer, stop.Token),
            CancellationToken.None,
            source is ChildOutput ? TaskCreationOptions.LongRunning : TaskCreationOptions.None,
            TaskScheduler.Default).Unwrap();
        try
        {
            var total = 0L;
            while (true)
            {
                var read = await pipe.Reader.ReadAsync(cancellationToken);
                foreach (var piece in read.Buffer)
                {
                    await consume(piece, cancellationToken);
                    total += piece.Length;
                }

                pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return total;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
            await pipe.Reader.CompleteAsync();
        }
    }

    // A stream returns few bytes at a time; fewer and fuller pieces are cheaper to pass on. Nothing awaits in a child's
    // output, so its thread is its own and may block. A token cannot end such a read; cancelling kills the child, which
    // ends it. The end of the pipe is then meaningless, so the token is checked before a piece counts.
    private static async Task ReadAsync(Stream source, PipeWriter writer, CancellationToken cancellationToken)
    {
        var child = source as ChildOutput;
        using var kill = cancellationToken.UnsafeRegister(static c => ((ChildOutput?)c)?.Kill(), child);
        try
        {
            var (filled, read) = (0, 0);
            do
            {
                read = child?.Read(writer.GetSpan(LeastRead))
                    ?? await source.ReadAsync(writer.GetMemory(LeastRead), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                writer.Advance(read);
                filled += read;
                if (filled >= FullBytes)
                {
                    var flush = writer.FlushAsync(cancellationToken).AsTask();
                    if (child is null)
                    {
                        await flush;
                    }
                    else
                    {
                        flush.GetAwaiter().GetResult();
                    }

                    filled = 0;
                }
            }
            while (read > 0);
            await writer.CompleteAsync();
        }
        catch (Exception e)
        {
            // Thrown by the next read of the consumer.
            await writer.CompleteAsync(e);
        }
    }
}
