namespace Drydock.Abstractions.Controllers;

/// <summary>Reconciles the world (including systems outside the cluster) with what one object asks for. Level-based: an
/// implementation decides from the object and the world, never from the event that woke it, and may be called at any
/// time, repeatedly, and after any crash. Calls for one object never overlap; a call must not block on a long
/// action.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityController<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>The object exists (it may carry a deletion timestamp while finalizers hold it).</summary>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>The object no longer exists on the server.</summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}
