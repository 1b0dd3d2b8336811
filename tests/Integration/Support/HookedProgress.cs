namespace Drydock.Tests.Integration.Support;

/// <summary>
/// Progress that is told synchronously, and does something once when a place is reached: the sender meets what was
/// done.
/// </summary>
internal sealed class HookedProgress : IProgress<long>
{
    private int _done;

    public long First { get; private set; } = -1;

    public long Last { get; private set; }

    public long At { get; init; } = long.MaxValue;

    public Func<Task>? Do { get; init; }

    public void Report(long value)
    {
        First = First < 0 ? value : First;
        Last = value;
        if (value >= At && Interlocked.Exchange(ref _done, 1) == 0)
        {
            // progress is told synchronously, and the sender is to meet what was done
            Do?.Invoke().GetAwaiter().GetResult();
        }
    }
}
