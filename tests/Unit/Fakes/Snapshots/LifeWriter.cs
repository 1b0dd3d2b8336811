using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Writes of one life of the operator to its objects; a death before a write loses it, one after it loses only its
/// answer.
/// </summary>
internal sealed class LifeWriter<TEntity>(IKubernetesClient api, RestoreLife life) : IEntityWriter<TEntity>
    where TEntity : class, IKubernetesObject
{
    public async Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default)
    {
        await life.PassAsync("before status write");
        var written = await api.UpdateStatusAsync(entity, cancellationToken);
        await life.PassAsync("after status write");
        return written;
    }

    public async Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default)
    {
        await life.PassAsync("read");
        return await api.GetAsync<TEntity>(entity.Metadata.Name, entity.Metadata.Namespace, cancellationToken);
    }

    public async Task<TEntity> AddFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default)
    {
        await life.PassAsync("before finalizer");
        return await api.AddFinalizerAsync(entity, finalizer, cancellationToken);
    }

    public async Task<TEntity?> RemoveFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default)
    {
        await life.PassAsync("before finalizer goes");
        return await api.RemoveFinalizerAsync(entity, finalizer, cancellationToken);
    }
}
