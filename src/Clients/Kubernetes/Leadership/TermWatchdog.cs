namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Sees to it that the work of a term does not outlive the term, whatever hangs: on a thread of its own, so that
/// neither a starved thread pool nor a call that
/// ignores its cancellation keeps it from acting.
/// </summary>
internal sealed class TermWatchdog : IDisposable
{
    // The moment moves with each renewal, so it is read again and again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private readonly ManualResetEvent _ended = new(initialState: false);
    private readonly Func<TimeSpan> _left;
    private readonly Action _onOverdue;
    private readonly Thread _thread;

    /// <summary>Starts watching.</summary>
    /// <param name="left">How long the work may go on from now if nothing changes.</param>
    /// <param name="onOverdue">Called once, on the watchdog's thread, when that is over.</param>
    public TermWatchdog(Func<TimeSpan> left, Action onOverdue)
    {
        _left = left;
        _onOverdue = onOverdue;
        _thread = new Thread(Watch) { IsBackground = true, Name = "term-watchdog" };
        _thread.Start();
    }

    /// <summary>The work has ended: there is nothing to watch any more.</summary>
    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void Watch()
    {
        while (true)
        {
            var left = _left();
            if (left <= TimeSpan.Zero)
            {
                _onOverdue();
                return;
            }

            if (_ended.WaitOne(left < LongestWait ? left : LongestWait))
            {
                return;
            }
        }
    }
}
