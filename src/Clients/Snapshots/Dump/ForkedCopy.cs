using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads a stream to its end and gives every piece to several consumers, each on a thread of its own, with a bounded number of pieces under way.</summary>
internal static class ForkedCopy
{
    private const int PieceBytes = 256 * 1024;
    private const int Pieces = 8;

    /// <summary>Returns the number of bytes read once every consumer has had all of them. The first failure of any of them stops all and is thrown.</summary>
    internal static async Task<long> RunAsync(
        ReadOnlyMemory<byte> head, Stream source, CancellationToken cancellationToken, params Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>[] consumers)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var free = Channel.CreateUnbounded<Piece>();
        var pieces = Enumerable.Range(0, Pieces).Select(static _ => new Piece()).ToArray();
        foreach (var piece in pieces)
        {
            free.Writer.TryWrite(piece);
        }

        var queues = consumers.Select(static _ => Channel.CreateUnbounded<Piece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true })).ToArray();
        Exception? first = null;
        long total = 0;

        var work = consumers.Select((consume, i) => Guarded(() => ConsumeAsync(queues[i].Reader, free.Writer, consume, stop.Token))).ToList();
        work.Add(Guarded(async () => total = await ReadAsync(head, source, free.Reader, queues, stop.Token).ConfigureAwait(false)));
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
                    // Kept for the caller; the others end because of it, with cancellations of their own that say nothing.
                    Interlocked.CompareExchange(ref first, e, null);
                    await stop.CancelAsync().ConfigureAwait(false);
                }
            },
            CancellationToken.None);
    }

    private static async Task<long> ReadAsync(
        ReadOnlyMemory<byte> head, Stream source, ChannelReader<Piece> free, Channel<Piece>[] queues, CancellationToken cancellationToken)
    {
        long total = 0;
        var over = false;
        while (!over)
        {
            var piece = await free.ReadAsync(cancellationToken).ConfigureAwait(false);
            piece.Length = 0;
            if (!head.IsEmpty)
            {
                head.CopyTo(piece.Bytes);
                piece.Length = head.Length;
                head = default;
            }

            // A pipe gives little at a time; fewer and fuller pieces cost less to hand over.
            while (!over && piece.Length < PieceBytes / 2)
            {
                var read = await source.ReadAsync(piece.Bytes.AsMemory(piece.Length), cancellationToken).ConfigureAwait(false);
                over = read == 0;
                piece.Length += read;
            }

            total += piece.Length;
            piece.Users = queues.Length;
            foreach (var queue in queues)
            {
                queue.Writer.TryWrite(piece);
            }
        }

        foreach (var queue in queues)
        {
            queue.Writer.Complete();
        }

        return total;
    }

    private static async Task ConsumeAsync(
        ChannelReader<Piece> queue, ChannelWriter<Piece> free, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> consume, CancellationToken cancellationToken)
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

        internal int Length { get; set; }
    }
}
