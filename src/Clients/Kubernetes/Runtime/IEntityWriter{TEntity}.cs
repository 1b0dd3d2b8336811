namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Writes of a controller to its own objects. These writes do not wake the object again, and the next
/// reconciliation sees them; every other change wakes it, including a concurrent one.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityWriter<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>Writes status if the object is still at the entity's resourceVersion.
    /// <see cref="Errors.KubernetesConflictException"/> and <see cref="Errors.KubernetesOutcomeUnknownException"/>
    /// mean: read again (<see cref="ReadAsync"/>) and decide again.</summary>
    Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default);

    Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default);

    /// <summary>Adds a finalizer, reading again on conflicts; returns the resulting object. Does not write if it exists
    /// already.</summary>
    /// <exception cref="Errors.KubernetesNotFoundException">The object was deleted or recreated.</exception>
    Task<TEntity> AddFinalizerAsync(TEntity entity, string finalizer, CancellationToken cancellationToken = default);

    /// <summary>Removes a finalizer, reading again on conflicts; null if the object is deleted then.</summary>
    Task<TEntity?> RemoveFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default);
}
