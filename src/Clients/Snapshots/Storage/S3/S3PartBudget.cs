namespace Drydock.Clients.Snapshots;

/// <summary>
/// The memory that all uploads to S3 of this process hold together. A writer that has nothing waits its turn for its
/// first buffer; one that wants more than it has gets it if there is room and otherwise continues with what it has, so
/// that no writer ever waits for another while it holds memory.
/// </summary>
/// <param name="limit">Bytes.</param>
internal sealed class S3PartBudget(long limit)
{
    /// <summary>
    /// Bytes of the budget that all writers of the process share: 24 uploads in parts of the basic size, or four or
    /// five in the largest.
    /// </summary>
    internal const long ProcessBytes = 192L << 20;

    private readonly Lock _guard = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Turn)> _waiting = new();

    /// <summary>The budget of this process.</summary>
    internal static S3PartBudget Process { get; } = new(ProcessBytes);

    /// <summary>Bytes held now.</summary>
    internal long Held { get; private set; }

    /// <summary>The most bytes that were ever held.</summary>
    internal long Peak { get; private set; }

    /// <summary>
    /// Takes bytes as soon as they are free, in the order of asking. More than there are at all are given to one at a
    /// time.
    /// </summary>
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

            node = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
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

            // Its turn came in the same moment.
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

    /// <summary>
    /// Takes bytes for a second buffer, by which a writer is faster: only of the first half of the budget.
    /// </summary>
    internal bool TryTakeSecond(long bytes) => TryTake(bytes, limit / 2);

    /// <summary>Takes bytes for a larger buffer: never the last sixth, which is for writers that have none.</summary>
    internal bool TryGrow(long bytes) => TryTake(bytes, limit - (limit / 6));

    /// <summary>Gives bytes back.</summary>
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
