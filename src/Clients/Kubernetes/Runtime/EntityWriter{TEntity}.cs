namespace Drydock.Clients.Kubernetes.Runtime;

public sealed class EntityWriter<TEntity>(
    IKubernetesClient client, IResourceCache<TEntity> cache) : IEntityWriter<TEntity>
    where TEntity : class, IKubernetesObject
{
    internal OwnWriteGate Gate { get; } = new();

    public async Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        (await WriteAsync(entity, async () =>
        {
            var written = await client.UpdateStatusAsync(entity, cancellationToken);
            return new WriteResult<TEntity>(
                written, written.Metadata.ResourceVersion != entity.Metadata.ResourceVersion);
        }))!;

    public Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        client.GetAsync<TEntity>(entity.Metadata.Name, entity.Metadata.Namespace, cancellationToken);

    public async Task<TEntity> AddFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        (await WriteAsync(entity, () => Finalizers.AddAsync(client, entity, finalizer, cancellationToken)))!;

    public Task<TEntity?> RemoveFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        WriteAsync(entity, () => Finalizers.RemoveAsync(client, entity, finalizer, cancellationToken));

    private async Task<TEntity?> WriteAsync(TEntity entity, Func<Task<WriteResult<TEntity>>> write)
    {
        var key = ObjectKey.Of(entity);
        string? written = null;
        Gate.Begin(key);
        try
        {
            var result = await write();
            if (result is { WasWritten: true, Entity: { } current })
            {
                // A version written by others is left to the watch: it may contain a change that must wake the object.
                written = current.Metadata.ResourceVersion;
                cache.Observe(current);
            }

            return result.Entity;
        }
        finally
        {
            Gate.End(key, written);
        }
    }
}

/// <summary>The result of a write.</summary>
/// <param name="Entity">The resulting object; null if it is deleted.</param>
/// <param name="WasWritten">True if the version of <paramref name="Entity"/> was written by this write; false if
/// nothing had to be written, so that another writer may have written it.</param>
internal readonly record struct WriteResult<TEntity>(TEntity? Entity, bool WasWritten)
    where TEntity : class, IKubernetesObject;
