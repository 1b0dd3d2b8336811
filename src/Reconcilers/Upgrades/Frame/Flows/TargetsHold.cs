using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>One holder's share of targets; disposing of it twice counts once.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="held">What is held.</param>
internal sealed class TargetsHold<TEntity, TSpec, TStatus>(HeldTargets<TEntity, TSpec, TStatus> held) : IAsyncDisposable
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private int _released;

    /// <summary>The targets that are held.</summary>
    public IRunTargets<TEntity, TSpec, TStatus> Targets => held.Targets;

    /// <inheritdoc />
    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _released, 1) == 0 ? held.ReleaseAsync() : ValueTask.CompletedTask;
}
