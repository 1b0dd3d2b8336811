using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads a stream to its end and passes every piece to several consumers, each on its own thread, with a
/// bounded number of pieces in flight.</summary>
internal static class TeeStream
{
    private const int PieceBytes = 256 * 1024;
    private const int Pieces = 8;

    /// <summary>Returns the number of bytes read after every consumer has received all of them. The first failure stops
    /// all consumers and is thrown.</summary>
    internal static async Task<long> RunAsync(
        ReadOnlyMemory<byte> head,
        Stream source,
        CancellationToken cancellationToken,
        params Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>[] consumers)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var free = Channel.CreateUnbounded<Piece>();
        var pieces = Enumerable.Range(0, Pieces).Select(static _ => new Piece()).ToArray();
        foreach (var piece in pieces)
        {
            free.Writer.TryWrite(piece);
        }

        var queues = consumers.Select(
            static _ =>
                Channel.CreateUnbounded<Piece>(
                    new UnboundedChannelOptions { SingleReader = true, SingleWriter = true })).ToArray();
        Exception? first = null;
        long total = 0;

        var work = consumers.Select(
            (consume, i) => Guarded(() => ConsumeAsync(queues[i].Reader, free.Writer, consume, stop.Token))).ToList();
        work.Add(Guarded(async () => total = source is ChildOutput child
            ? await Task.Factory.StartNew(
                () => Read(head, child, free.Reader, queues, stop.Token),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).ConfigureAwait(false)
            : await ReadAsync(head, source, free.Reader, queues, stop.Token).ConfigureAwait(false)));
        await Task.WhenAll(work).ConfigureAwait(false);
        foreach (var piece in pieces)
        {
            ArrayPool<byte>.Shared.Return(piece.Bytes);
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return total;

        Task Guarded(Func<Task> action) => Task.Run(
            async () =>
            {
                try
                {
                    await action().ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    // Kept for the caller; the other consumers end with cancellations caused by it.
                    Interlocked.CompareExchange(ref first, e, null);
                    await stop.CancelAsync().ConfigureAwait(false);
                }
            },
            CancellationToken.None);
    }

    private static async Task<long> ReadAsync(
        ReadOnlyMemory<byte> head,
        Stream source,
        ChannelReader<Piece> free,
        Channel<Piece>[] queues,
        CancellationToken cancellationToken)
    {
        long total = 0;
        for (var over = false; !over;)
        {
            var piece = await free.ReadAsync(cancellationToken).ConfigureAwait(false);
            piece.Begin(ref head);
            while (!over && !piece.IsFull)
            {
                over = !piece.Add(await source.ReadAsync(piece.Room, cancellationToken).ConfigureAwait(false));
            }

            total += HandOver(piece, queues);
        }

        Complete(queues);
        return total;
    }

    // The same on a dedicated thread, which may block on a child process. A token cannot end such a read; cancelling
    // kills the child, which ends it. The end of the pipe is then meaningless, so the token is checked before a piece
    // counts.
    private static long Read(
        ReadOnlyMemory<byte> head,
        ChildOutput source,
        ChannelReader<Piece> free,
        Channel<Piece>[] queues,
        CancellationToken cancellationToken)
    {
        using var kill = cancellationToken.UnsafeRegister(static child => ((ChildOutput)child!).Kill(), source);
        long total = 0;
        for (var over = false; !over;)
        {
            Piece? piece;
            while (!free.TryRead(out piece))
            {
                // Blocks this dedicated thread until a consumer returns a piece or the token is cancelled.
                free.WaitToReadAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
            }

            piece.Begin(ref head);
            while (!over && !piece.IsFull)
            {
                over = !piece.Add(source.Read(piece.Room.Span));
            }

            cancellationToken.ThrowIfCancellationRequested();
            total += HandOver(piece, queues);
        }

        Complete(queues);
        return total;
    }

    private static int HandOver(Piece piece, Channel<Piece>[] queues)
    {
        // The consumer may have finished with the piece before this returns.
        var length = piece.Length;
        piece.Users = queues.Length;
        foreach (var queue in queues)
        {
            queue.Writer.TryWrite(piece);
        }

        return length;
    }

    private static void Complete(Channel<Piece>[] queues)
    {
        foreach (var queue in queues)
        {
            queue.Writer.Complete();
        }
    }

    private static async Task ConsumeAsync(
        ChannelReader<Piece> queue,
        ChannelWriter<Piece> free,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> consume,
        CancellationToken cancellationToken)
    {
        await foreach (var piece in queue.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (piece.Length > 0)
            {
                await consume(piece.Bytes.AsMemory(0, piece.Length), cancellationToken).ConfigureAwait(false);
            }

            if (Interlocked.Decrement(ref piece.Users) == 0)
            {
                free.TryWrite(piece);
            }
        }
    }

    private sealed class Piece
    {
        internal int Users;

        internal byte[] Bytes { get; } = ArrayPool<byte>.Shared.Rent(PieceBytes);

        internal int Length { get; private set; }

        // A pipe returns few bytes at a time; fewer and fuller pieces are cheaper to pass on.
        internal bool IsFull => Length >= PieceBytes / 2;

        internal Memory<byte> Room => Bytes.AsMemory(Length);

        internal void Begin(ref ReadOnlyMemory<byte> head)
        {
            head.CopyTo(Bytes);
            Length = head.Length;
            head = default;
        }

        // False at the end of the stream.
        internal bool Add(int read)
        {
            Length += read;
            return read > 0;
        }
    }
}
