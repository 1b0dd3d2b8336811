using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>
/// Writes of a controller to its own objects. What is written here does not wake the object again, and the next
/// reconciliation sees it; every other change of the object does wake it, also one that comes at the same moment.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityWriter<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>
    /// Writes status if the object is still at the entity's resourceVersion.
    /// <see cref="Errors.KubernetesConflictException"/> and <see cref="Errors.KubernetesOutcomeUnknownException"/>
    /// mean: read again (<see cref="ReadAsync"/>) and decide again.
    /// </summary>
    Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default);

    /// <summary>Reads the object from the server, past the cache; null if it is gone.</summary>
    Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a finalizer, reading again on conflicts; returns the object as it is then. No write if it is there already.
    /// </summary>
    /// <exception cref="Errors.KubernetesNotFoundException">The object is gone or was made anew.</exception>
    Task<TEntity> AddFinalizerAsync(TEntity entity, string finalizer, CancellationToken cancellationToken = default);

    /// <summary>Removes a finalizer, reading again on conflicts; null if the object is gone then.</summary>
    Task<TEntity?> RemoveFinalizerAsync(TEntity entity, string finalizer, CancellationToken cancellationToken = default);
}
