using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Marks every status with the schema it is written with, and neither hands out nor writes an object that a newer
/// operator wrote.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="inner">Writes.</param>
internal sealed class SchemaStampWriter<TEntity>(IEntityWriter<TEntity> inner) : IEntityWriter<TEntity>
    where TEntity : class, IKubernetesObject, ISchemaStamped<TEntity>
{
    public Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        inner.UpdateStatusAsync(Known(entity).Stamp(CrdSchema.Version), cancellationToken);

    public async Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        await inner.ReadAsync(entity, cancellationToken) is { } fresh ? Known(fresh) : null;

    public Task<TEntity> AddFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        inner.AddFinalizerAsync(Known(entity), finalizer, cancellationToken);

    public Task<TEntity?> RemoveFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        inner.RemoveFinalizerAsync(Known(entity), finalizer, cancellationToken);

    private static TEntity Known(TEntity entity) =>
        entity.Schema > CrdSchema.Version ? throw new NewerSchemaException(entity) : entity;
}
