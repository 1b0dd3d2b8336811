using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Targets and how many jobs use them. So a Secret that is rotated under a running step neither ends its connections
/// nor leaves the former ones open for longer than needed.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="targets">The targets.</param>
internal sealed class HeldTargets<TEntity, TSpec, TStatus>(IRunTargets<TEntity, TSpec, TStatus> targets)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private readonly Lock _gate = new();
    private int _holders;
    private bool _isAbandoned;

    /// <summary>The targets.</summary>
    public IRunTargets<TEntity, TSpec, TStatus> Targets => targets;

    /// <summary>Whether no job uses them.</summary>
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

    /// <summary>Counts one more job.</summary>
    public TargetsHold<TEntity, TSpec, TStatus> Hold()
    {
        lock (_gate)
        {
            _holders++;
        }

        return new TargetsHold<TEntity, TSpec, TStatus>(this);
    }

    /// <summary>One job less. From any thread.</summary>
    public ValueTask ReleaseAsync()
    {
        bool isLast;
        lock (_gate)
        {
            isLast = --_holders == 0 && _isAbandoned;
        }

        return isLast ? targets.DisposeAsync() : ValueTask.CompletedTask;
    }

    /// <summary>The session is over: they are disposed of at once, or by the last job that still uses them.</summary>
    public ValueTask AbandonAsync()
    {
        bool isFree;
        lock (_gate)
        {
            _isAbandoned = true;
            isFree = _holders == 0;
        }

        return isFree ? targets.DisposeAsync() : ValueTask.CompletedTask;
    }
}
