namespace Drydock.Abstractions.Controllers;

/// <summary>The result of a reconciliation, and when to reconcile the object again.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class ReconciliationResult<TEntity>
    where TEntity : class, IKubernetesObject
{
    private ReconciliationResult(
        TEntity entity, bool isSuccess, string? errorMessage, Exception? error, TimeSpan? requeueAfter)
    {
        Entity = entity;
        IsSuccess = isSuccess;
        ErrorMessage = errorMessage;
        Error = error;
        RequeueAfter = requeueAfter;
    }

    /// <summary>The object as last seen or written.</summary>
    public TEntity Entity { get; }

    /// <summary>Whether the reconciliation succeeded.</summary>
    public bool IsSuccess { get; }

    /// <summary>What went wrong, for the log.</summary>
    public string? ErrorMessage { get; }

    /// <summary>The cause, if one was thrown.</summary>
    public Exception? Error { get; }

    /// <summary>When to reconcile again without an event; null waits for the next event (after a failure: for the
    /// back-off of the queue).</summary>
    public TimeSpan? RequeueAfter { get; }

    /// <summary>The reconciliation succeeded.</summary>
    public static ReconciliationResult<TEntity> Success(TEntity entity, TimeSpan? requeueAfter = null) =>
        new(entity, isSuccess: true, errorMessage: null, error: null, requeueAfter);

    /// <summary>The reconciliation failed and is repeated with back-off, or after
    /// <paramref name="requeueAfter"/>.</summary>
    public static ReconciliationResult<TEntity> Failure(
        TEntity entity, string errorMessage, Exception? error = null, TimeSpan? requeueAfter = null) =>
        new(entity, isSuccess: false, errorMessage, error, requeueAfter);
}
