using System.Buffers;
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
        var reading = source is ChildOutput child
            ? Task.Factory.StartNew(
                () => Read(child, pipe.Writer, stop.Token),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)
            : Task.Run(() => ReadAsync(source, pipe.Writer, stop.Token), CancellationToken.None);
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

    // A stream returns few bytes at a time; fewer and fuller pieces are cheaper to pass on.
    private static async Task ReadAsync(Stream source, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var (filled, read) = (0, 0);
            do
            {
                read = await source.ReadAsync(writer.GetMemory(LeastRead), cancellationToken);
                writer.Advance(read);
                filled += read;
                if (filled >= FullBytes)
                {
                    await writer.FlushAsync(cancellationToken);
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

    // The same on a dedicated thread, which may block on a child process. A token cannot end such a read; cancelling
    // kills the child, which ends it. The end of the pipe is then meaningless, so the token is checked before a piece
    // counts.
    private static void Read(ChildOutput source, PipeWriter writer, CancellationToken cancellationToken)
    {
        using var kill = cancellationToken.UnsafeRegister(static child => ((ChildOutput)child!).Kill(), source);
        try
        {
            var (filled, read) = (0, 0);
            do
            {
                read = source.Read(writer.GetSpan(LeastRead));
                cancellationToken.ThrowIfCancellationRequested();
                writer.Advance(read);
                filled += read;
                if (filled >= FullBytes)
                {
                    writer.FlushAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
                    filled = 0;
                }
            }
            while (read > 0);
            writer.Complete();
        }
        catch (Exception e)
        {
            writer.Complete(e);
        }
    }
}
