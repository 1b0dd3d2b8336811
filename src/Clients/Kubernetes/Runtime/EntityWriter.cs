namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Writes of a controller to its own objects. Every write goes over the version of the entity that it is
/// given, so a decision is never written over an object that it was not made from:
/// <see cref="Errors.KubernetesConflictException"/> and <see cref="Errors.KubernetesOutcomeUnknownException"/>
/// mean: read again (<see cref="ReadAsync"/>) and decide again. These writes do not wake the object again, and the
/// next reconciliation sees them; every other change wakes it, including a concurrent one.</summary>
/// <param name="onWritten">Stores what was written in the cache.</param>
public sealed class EntityWriter<TEntity>(IKubernetesClient client, Action<TEntity> onWritten)
    where TEntity : class, IKubernetesObject
{
    internal OwnWriteGate Gate { get; } = new();

    public Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        WriteAsync(entity, () => client.UpdateStatusAsync(entity, cancellationToken));

    public Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        client.GetAsync<TEntity>(entity.Metadata.Name, entity.Metadata.Namespace, cancellationToken);

    /// <summary>Adds a finalizer; returns the resulting object. Does not write if it exists already.</summary>
    public Task<TEntity> AddFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        entity.Metadata.Finalizers?.Contains(finalizer) == true
            ? Task.FromResult(entity)
            : PatchFinalizersAsync(entity, [.. entity.Metadata.Finalizers ?? [], finalizer], cancellationToken);

    /// <summary>Removes a finalizer; null if the object is deleted already.</summary>
    public async Task<TEntity?> RemoveFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default)
    {
        if (entity.Metadata.Finalizers?.Contains(finalizer) != true)
        {
            return entity;
        }

        try
        {
            return await PatchFinalizersAsync(
                entity, entity.Metadata.Finalizers.Where(f => f != finalizer), cancellationToken);
        }
        catch (KubernetesNotFoundException)
        {
            return null;
        }
    }

    private Task<TEntity> PatchFinalizersAsync(
        TEntity entity, IEnumerable<string> wanted, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject
        {
            ["uid"] = entity.Metadata.Uid,
            ["resourceVersion"] = entity.Metadata.ResourceVersion,
            ["finalizers"] = new JsonArray([.. wanted.Select(f => (JsonNode)f)]),
        };
        return WriteAsync(entity, () => client.PatchAsync<TEntity>(
            new JsonObject { ["metadata"] = metadata },
            entity.Metadata.Name,
            entity.Metadata.Namespace,
            cancellationToken: cancellationToken));
    }

    /// <summary>Reports a write as one of this process. If the version stays, nothing had to be written.</summary>
    private async Task<TEntity> WriteAsync(TEntity entity, Func<Task<TEntity>> write)
    {
        var key = ObjectKey.Of(entity);
        string? version = null;
        Gate.Begin(key);
        try
        {
            var result = await write();
            if (result.Metadata.ResourceVersion != entity.Metadata.ResourceVersion)
            {
                version = result.Metadata.ResourceVersion;
                onWritten(result);
            }

            return result;
        }
        finally
        {
            Gate.End(key, version);
        }
    }
}

/// <summary>Holds events of an object during a write to it: the event of that write may arrive before its answer, and
/// only the answer contains the written version.</summary>
internal sealed class OwnWriteGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, (int Writes, List<string?> Held)> _open = [];

    public Action<ObjectKey>? OnForeignChange { get; set; }

    public void Begin(ObjectKey key)
    {
        lock (_lock)
        {
            var state = _open.TryGetValue(key, out var open) ? open : (Writes: 0, Held: []);
            _open[key] = (state.Writes + 1, state.Held);
        }
    }

    /// <param name="written">The written version; null if there is none or it is unknown.</param>
    public void End(ObjectKey key, string? written)
    {
        bool foreign;
        lock (_lock)
        {
            var (writes, held) = _open[key];
            if (written is not null)
            {
                held.RemoveAll(v => v == written);
            }

            if (writes > 1)
            {
                _open[key] = (writes - 1, held);
                return;
            }

            _open.Remove(key);
            foreign = held.Count > 0;
        }

        if (foreign)
        {
            OnForeignChange?.Invoke(key);
        }
    }

    public bool TryHold(ObjectKey key, string? version)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(key, out var open))
            {
                return false;
            }

            open.Held.Add(version);
            return true;
        }
    }
}
