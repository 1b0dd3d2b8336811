namespace Drydock.Clients.Snapshots;

/// <summary>The memory shared by all S3 uploads of this process. A writer without a buffer waits in a queue for its
/// first one; a writer that wants more gets it only if there is room, and otherwise continues with what it has. So no
/// writer waits for another while it holds memory.</summary>
/// <param name="limit">Bytes.</param>
internal sealed class S3PartBudget(long limit)
{
    /// <summary>Bytes of the budget that all writers of the process share: 24 uploads in parts of the basic size, or
    /// four or five in the largest.</summary>
    internal const long ProcessBytes = 192L << 20;

    private readonly Lock _guard = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Turn)> _waiting = new();

    internal static S3PartBudget Process { get; } = new(ProcessBytes);

    /// <summary>Bytes held now.</summary>
    internal long Held { get; private set; }

    /// <summary>The maximum of bytes held at any time.</summary>
    internal long Peak { get; private set; }

    /// <summary>Takes bytes as soon as they are free, in the order of requests. A request larger than the budget is
    /// granted to one writer at a time.</summary>
    internal async Task TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<(long Bytes, TaskCompletionSource Turn)> node;
        lock (_guard)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                Add(bytes);
                return;
            }

            node =
                _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        try
        {
            await node.Value.Turn.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            bool had;
            lock (_guard)
            {
                had = node.List is null;
                if (!had)
                {
                    _waiting.Remove(node);
                }
            }

            // It was granted at the same moment.
            if (had)
            {
                Return(bytes);
            }
            else
            {
                Serve();
            }

            throw;
        }
    }

    /// <summary>Takes bytes for a second buffer, which makes a writer faster: only from the first half of the
    /// budget.</summary>
    internal bool TryTakeSecond(long bytes) => TryTake(bytes, limit / 2);

    /// <summary>Takes bytes for a larger buffer: never the last sixth, which is for writers that have none.</summary>
    internal bool TryGrow(long bytes) => TryTake(bytes, limit - (limit / 6));

    internal void Return(long bytes)
    {
        lock (_guard)
        {
            Held -= bytes;
        }

        Serve();
    }

    private bool TryTake(long bytes, long below)
    {
        lock (_guard)
        {
            if (_waiting.Count > 0 || Held + bytes > below)
            {
                return false;
            }

            Add(bytes);
            return true;
        }
    }

    private void Serve()
    {
        lock (_guard)
        {
            while (_waiting.First is { } first && Fits(first.Value.Bytes))
            {
                _waiting.RemoveFirst();
                Add(first.Value.Bytes);
                first.Value.Turn.TrySetResult();
            }
        }
    }

    private bool Fits(long bytes) => Held == 0 || Held + bytes <= limit;

    private void Add(long bytes)
    {
        Held += bytes;
        Peak = Math.Max(Peak, Held);
    }
}

/// <summary>The part sizes of an upload of unknown length: S3 accepts 10,000 parts.</summary>
/// <remarks>They grow late and only to four times the basic size, because every upload holds one or two parts in
/// memory: with a basic size of 8 MiB, the first 2 GiB in such parts, then 4 GiB in parts of 16 MiB, then parts of 32
/// MiB up to 302 GiB.</remarks>
internal static class S3PartSizes
{
    internal const int MaxParts = 10_000;

    private const int FirstStep = 256;
    private const int SecondStep = 512;

    /// <summary>Bytes of a part.</summary>
    /// <param name="number">Its number, from 1.</param>
    internal static int Of(int number, int basic) =>
        number <= FirstStep ? basic : number <= SecondStep ? basic * 2 : basic * 4;

    internal static long OfCopy(long length)
    {
        const long Usual = 128L << 20;
        return Math.Max(Usual, (length + MaxParts - 1) / MaxParts);
    }
}
