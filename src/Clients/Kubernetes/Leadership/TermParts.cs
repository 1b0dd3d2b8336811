using System.Runtime.ExceptionServices;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Runs the parts of a term: the first part that fails, or ends before the term, ends all others.</summary>
public static class TermParts
{
    public static async Task RunAsync(
        IEnumerable<(string Name, Func<CancellationToken, Task> RunAsync)> parts,
        Action<string, Exception> onFault,
        CancellationToken term)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(term);
        Exception? first = null;
        await Task.WhenAll(
            parts.Select(part => Task.Run(() => GuardAsync(part.Name, part.RunAsync), CancellationToken.None)));
        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        async Task GuardAsync(string name, Func<CancellationToken, Task> run)
        {
            try
            {
                await run(all.Token);
                if (!all.IsCancellationRequested)
                {
                    throw new InvalidOperationException($"{name} ended before its term.");
                }
            }
            catch (OperationCanceledException) when (all.IsCancellationRequested)
            {
                // The term has ended and cancelled the work.
            }
            catch (Exception fault)
            {
                Interlocked.CompareExchange(ref first, fault, null);
                onFault(name, fault);
                await all.CancelAsync();
            }
        }
    }
}

/// <summary>One term. Tokens are stored, because reading the token of a disposed source throws.</summary>
internal sealed record Term(
    CancellationTokenSource Work, CancellationTokenSource Jobs, CancellationTokenSource Renewing, long Began)
{
    /// <summary>Timestamp of the loss or failure; 0 before that and if the process stops.</summary>
    public long OverSince;

    public CancellationToken Lost { get; } = Jobs.Token;

    public CancellationToken Over { get; } = Work.Token;

    public bool IsOver => Over.IsCancellationRequested;
}

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

    /// <param name="left">The remaining time of the work if nothing changes.</param>
    /// <param name="onOverdue">Called once, on the watchdog's thread, when that time is over.</param>
    /// <param name="longestWait">The remaining time moves with each renewal, so it is read at least this often.</param>
    public TermWatchdog(Func<TimeSpan> left, Action onOverdue, TimeSpan longestWait)
    {
        (_left, _onOverdue, _longestWait) = (left, onOverdue, longestWait);
        _thread = new Thread(Watch) { IsBackground = true, Name = "term-watchdog" };
        _thread.Start();
    }

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
