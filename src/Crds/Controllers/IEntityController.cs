namespace Drydock.Crds.Controllers;

/// <summary>Reconciles the world (including systems outside the cluster) with what one object asks for. Level-based: an
/// implementation decides from the object and the world, never from the event that woke it, and may be called at any
/// time, repeatedly, and after any crash. Calls for one object never overlap; a call must not block on a long
/// action.</summary>
public interface IEntityController<TEntity> : IAsyncDisposable
    where TEntity : class, IKubernetesObject
{
    /// <summary>The object exists (it may carry a deletion timestamp while finalizers hold it).</summary>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>The object no longer exists on the server.</summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>Whether nothing is to be done with the object until it changes. Pure; called from any thread.</summary>
    bool StaysInert(TEntity entity) => false;

    /// <summary>A copy of an inert object without the parts that are not needed to see that it is inert and to report
    /// it. Any other object as it is. Pure; called from any thread.</summary>
    TEntity Reduce(TEntity entity) => entity;
}

/// <summary>The result of a reconciliation, and when to reconcile the object again.</summary>
/// <param name="Entity">The object as last seen or written.</param>
/// <param name="IsSuccess">Whether the reconciliation succeeded.</param>
/// <param name="ErrorMessage">What went wrong, for the log.</param>
/// <param name="Error">The cause, if one was thrown.</param>
/// <param name="RequeueAfter">When to reconcile again without an event; null waits for the next event (after a failure:
/// for the back-off of the queue).</param>
public sealed record ReconciliationResult<TEntity>(
    TEntity Entity, bool IsSuccess, string? ErrorMessage, Exception? Error, TimeSpan? RequeueAfter)
    where TEntity : class, IKubernetesObject
{
    public static ReconciliationResult<TEntity> Success(TEntity entity, TimeSpan? requeueAfter = null) =>
        new(entity, IsSuccess: true, null, null, requeueAfter);

    /// <summary>The reconciliation failed and is repeated with back-off, or after
    /// <paramref name="requeueAfter"/>.</summary>
    public static ReconciliationResult<TEntity> Failure(
        TEntity entity, string errorMessage, Exception? error = null, TimeSpan? requeueAfter = null) =>
        new(entity, IsSuccess: false, errorMessage, error, requeueAfter);
}
