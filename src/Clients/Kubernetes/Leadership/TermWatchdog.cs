namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Ensures that the work of a term does not outlive the term, even if something hangs. It uses a dedicated thread, so
/// that neither a starved thread pool nor a call that ignores its cancellation can prevent it from acting.
/// </summary>
internal sealed class TermWatchdog : IDisposable
{
    // The deadline moves with each renewal, so it is read repeatedly.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private readonly ManualResetEvent _ended = new(initialState: false);
    private readonly Func<TimeSpan> _left;
    private readonly Action _onOverdue;
    private readonly Thread _thread;

    /// <summary>Starts watching.</summary>
    /// <param name="left">The remaining time of the work if nothing changes.</param>
    /// <param name="onOverdue">Called once, on the watchdog's thread, when that time is over.</param>
    public TermWatchdog(Func<TimeSpan> left, Action onOverdue)
    {
        _left = left;
        _onOverdue = onOverdue;
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

            if (_ended.WaitOne(left < LongestWait ? left : LongestWait))
            {
                return;
            }
        }
    }
}
