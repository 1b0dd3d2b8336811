namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Ensures that the work of a term does not outlive the term, even if something hangs. It uses a dedicated
/// thread, so that neither a starved thread pool nor a call that ignores its cancellation can prevent it from
/// acting.</summary>
internal sealed class TermWatchdog : IDisposable
{
    private readonly ManualResetEvent _ended = new(initialState: false);
    private readonly Func<TimeSpan> _left;
    private readonly Action _onOverdue;
    private readonly TimeSpan _longestWait;
    private readonly Thread _thread;

    /// <summary>Starts watching.</summary>
    /// <param name="left">The remaining time of the work if nothing changes.</param>
    /// <param name="onOverdue">Called once, on the watchdog's thread, when that time is over.</param>
    /// <param name="longestWait">The remaining time moves with each renewal, so it is read at least this often.</param>
    public TermWatchdog(Func<TimeSpan> left, Action onOverdue, TimeSpan longestWait)
    {
        _left = left;
        _onOverdue = onOverdue;
        _longestWait = longestWait;
        _thread = new Thread(Watch) { IsBackground = true, Name = "term-watchdog" };
        _thread.Start();
    }

    /// <summary>Stops watching, because the work has ended.</summary>
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

            if (_ended.WaitOne(left < _longestWait ? left : _longestWait))
            {
                return;
            }
        }
    }
}
