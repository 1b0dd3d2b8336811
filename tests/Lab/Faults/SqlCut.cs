namespace Drydock.Lab;

/// <summary>The rule of <see cref="TcpFaultProxy.CutAfterAsync"/>.</summary>
internal sealed class SqlCut(Func<string, bool> marks, bool fromServer, long bytes, int times)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = times;

    public Func<string, bool> Marks => marks;

    public bool FromServer => fromServer;

    public long Bytes => bytes;

    public Task Done => _done.Task;

    /// <summary>Takes one of the remaining cuts; false if none is left.</summary>
    public bool TryTake()
    {
        var left = Interlocked.Decrement(ref _left);
        if (left == 0)
        {
            _done.TrySetResult();
        }

        return left >= 0;
    }
}
