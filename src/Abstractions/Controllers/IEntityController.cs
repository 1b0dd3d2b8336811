using Drydock.Abstractions.Entities;

namespace Drydock.Abstractions.Controllers;

/// <summary>
/// Brings the world nearer to what one object asks for. Level-based: an implementation looks at the object and at the
/// world (systems outside the cluster included), never at which event woke it, and may be called at any time, again,
/// and after any crash. Calls for one object never overlap; a call must not block on a long action.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityController<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>The object exists (it may carry a deletion timestamp while finalizers hold it).</summary>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>The object is gone from the server.</summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}
