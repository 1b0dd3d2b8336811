using System.Collections.Concurrent;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Stands before a controller: an object whose status a newer operator wrote is left alone, because this operator would
/// drop the fields it does not know with its first write. It says so once for each object, and counts such objects.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class SchemaGuard<TEntity> : IEntityController<TEntity>, IInertObjects<TEntity>, IAsyncDisposable
    where TEntity : class, IKubernetesObject, ISchemaStamped<TEntity>
{
    private readonly ConcurrentDictionary<string, bool> _newer = new(StringComparer.Ordinal);
    private readonly KeyValuePair<string, object?> _tag = new(
        "resource", KubernetesResource.Of<TEntity>().QualifiedName);
    private readonly IEntityController<TEntity> _inner;
    private readonly IEventRecorder _events;

    /// <summary>Puts the guard before a controller.</summary>
    /// <param name="writer">Writes to the objects.</param>
    /// <param name="events">Where it says so.</param>
    /// <param name="build">Builds the controller with the writer it is to use.</param>
    public SchemaGuard(
        IEntityWriter<TEntity> writer,
        IEventRecorder events,
        Func<IEntityWriter<TEntity>, IEntityController<TEntity>> build)
    {
        _events = events;
        SchemaMetrics.NewerObjects.Add(0, _tag);
        _inner = build(new SchemaStampWriter<TEntity>(writer));
    }

    public async Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken)
    {
        if (entity.Schema > CrdSchema.Version)
        {
            return await LeaveAsync(entity, cancellationToken);
        }

        try
        {
            var result = await _inner.ReconcileAsync(entity, cancellationToken);
            Forget(entity);
            return result;
        }
        catch (NewerSchemaException exception)
        {
            // The cache was behind.
            return await LeaveAsync((TEntity)exception.About, cancellationToken);
        }
    }

    public Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken)
    {
        Forget(entity);
        return _inner.DeletedAsync(entity, cancellationToken);
    }

    // An object of a newer operator is counted and reported whenever it appears.
    public bool StaysInert(TEntity entity) =>
        entity.Schema is not > CrdSchema.Version && _inner is IInertObjects<TEntity> inner && inner.StaysInert(entity);

    public TEntity Reduce(TEntity entity) =>
        entity.Schema is not > CrdSchema.Version && _inner is IInertObjects<TEntity> inner
            ? inner.Reduce(entity)
            : entity;

    public async ValueTask DisposeAsync()
    {
        foreach (var uid in _newer.Keys)
        {
            Forget(uid);
        }

        if (_inner is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    // Only in-memory state is dropped; nothing is written.
    private async Task<ReconciliationResult<TEntity>> LeaveAsync(TEntity entity, CancellationToken cancellationToken)
    {
        if (_newer.TryAdd(entity.Metadata.Uid!, true))
        {
            SchemaMetrics.NewerObjects.Add(1, _tag);
            _events.Warning(
                entity,
                Reasons.OperatorTooOld,
                $"A newer operator wrote the status with schema {entity.Schema}, and this operator knows schema "
                + $"{CrdSchema.Version}. "
                + "It leaves the object alone. Install the newer operator again, then the run continues "
                + "automatically.");
        }

        await _inner.DeletedAsync(entity, cancellationToken);
        return ReconciliationResult<TEntity>.Success(entity);
    }

    private void Forget(TEntity entity) => Forget(entity.Metadata.Uid ?? "");

    private void Forget(string uid)
    {
        if (_newer.TryRemove(uid, out _))
        {
            SchemaMetrics.NewerObjects.Add(-1, _tag);
        }
    }
}
