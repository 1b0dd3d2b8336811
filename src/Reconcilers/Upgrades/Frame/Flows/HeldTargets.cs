namespace Drydock.Reconcilers.Upgrades;

/// <summary>Targets, and how many jobs use them: a Secret that is rotated under a running step neither closes its
/// connections nor leaves the former ones open for longer than needed.</summary>
internal sealed class HeldTargets(IRunTargets targets) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _superseded = new();
    private int _holders;
    private bool _isAbandoned;

    public IRunTargets Targets => targets;

    public CancellationToken Superseded => _superseded.Token;

    public bool IsFree
    {
        get
        {
            lock (_gate)
            {
                return _holders == 0;
            }
        }
    }

    public TargetsHold Hold()
    {
        lock (_gate)
        {
            _holders++;
        }

        return new TargetsHold(this);
    }

    public Task SupersedeAsync() => _superseded.CancelAsync();

    public ValueTask ReleaseAsync()
    {
        bool isLast;
        lock (_gate)
        {
            isLast = --_holders == 0 && _isAbandoned;
        }

        return isLast ? EndAsync() : ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        bool isFree;
        lock (_gate)
        {
            _isAbandoned = true;
            isFree = _holders == 0;
        }

        return isFree ? EndAsync() : ValueTask.CompletedTask;
    }

    private ValueTask EndAsync()
    {
        _superseded.Dispose();
        return targets.DisposeAsync();
    }
}

/// <summary>One holder's share of targets; disposing of it twice counts once.</summary>
internal sealed class TargetsHold(HeldTargets held) : IAsyncDisposable
{
    private int _released;

    public IRunTargets Targets => held.Targets;

    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _released, 1) == 0 ? held.ReleaseAsync() : ValueTask.CompletedTask;
}
