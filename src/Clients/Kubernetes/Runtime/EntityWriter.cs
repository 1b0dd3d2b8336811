namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Writes of a controller to its own objects. These writes do not wake the object again, and the next
/// reconciliation sees them; every other change wakes it, including a concurrent one.</summary>
/// <param name="onWritten">Stores what was written in the cache.</param>
public sealed class EntityWriter<TEntity>(IKubernetesClient client, Action<TEntity> onWritten)
    where TEntity : class, IKubernetesObject
{
    private const int Attempts = 8;

    internal OwnWriteGate Gate { get; } = new();

    /// <summary>Writes status if the object is still at the entity's resourceVersion.
    /// <see cref="Errors.KubernetesConflictException"/> and <see cref="Errors.KubernetesOutcomeUnknownException"/>
    /// mean: read again (<see cref="ReadAsync"/>) and decide again.</summary>
    public async Task<TEntity> UpdateStatusAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        (await WriteAsync(entity, async () => (await client.UpdateStatusAsync(entity, cancellationToken), entity)))!;

    public Task<TEntity?> ReadAsync(TEntity entity, CancellationToken cancellationToken = default) =>
        client.GetAsync<TEntity>(entity.Metadata.Name, entity.Metadata.Namespace, cancellationToken);

    /// <summary>Adds a finalizer, reading again on conflicts; returns the resulting object. Does not write if it exists
    /// already.</summary>
    /// <exception cref="Errors.KubernetesNotFoundException">The object was deleted or recreated.</exception>
    public async Task<TEntity> AddFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        await ChangeFinalizersAsync(
            entity, now => now.Contains(finalizer) ? null : [.. now, finalizer], cancellationToken)
        ?? throw new KubernetesNotFoundException(
            KubernetesResource.Of<TEntity>().Request("patch", entity.Metadata.Namespace, entity.Metadata.Name),
            new V1Status
            {
                Status = "Failure",
                Code = 404,
                Reason = "NotFound",
                Message = $"the object with uid {entity.Metadata.Uid} no longer exists",
            });

    /// <summary>Removes a finalizer, reading again on conflicts; null if the object is deleted then.</summary>
    public Task<TEntity?> RemoveFinalizerAsync(
        TEntity entity, string finalizer, CancellationToken cancellationToken = default) =>
        ChangeFinalizersAsync(
            entity,
            now => now.Contains(finalizer) ? [.. now.Where(f => f != finalizer)] : null,
            cancellationToken);

    /// <summary>Changes nothing else in the object, and loses no concurrent change.</summary>
    /// <param name="change">The finalizers that are wanted; null if those of the object are.</param>
    private Task<TEntity?> ChangeFinalizersAsync(
        TEntity entity, Func<IList<string>, List<string>?> change, CancellationToken cancellationToken) =>
        WriteAsync(entity, async () =>
        {
            var current = entity;
            for (var attempt = 1; ; attempt++)
            {
                if (change(current.Metadata.Finalizers ?? []) is not { } wanted)
                {
                    return (current, current);
                }

                try
                {
                    var metadata = new JsonObject
                    {
                        ["uid"] = current.Metadata.Uid,
                        ["resourceVersion"] = current.Metadata.ResourceVersion,
                        ["finalizers"] = new JsonArray([.. wanted.Select(f => (JsonNode)f)]),
                    };
                    var written = await client.PatchAsync<TEntity>(
                        new JsonObject { ["metadata"] = metadata },
                        current.Metadata.Name,
                        current.Metadata.Namespace,
                        cancellationToken: cancellationToken);
                    return (written, current);
                }
                catch (KubernetesNotFoundException)
                {
                    return (null, current);
                }
                catch (KubernetesException e) when (
                    e is KubernetesConflictException or KubernetesOutcomeUnknownException && attempt < Attempts)
                {
                    var again = await ReadAsync(current, cancellationToken);
                    if (again is null || again.Metadata.Uid != entity.Metadata.Uid)
                    {
                        return (null, current);
                    }

                    current = again;
                }
            }
        });

    /// <summary>Reports a write as one of this process.</summary>
    /// <param name="write">Returns the resulting object, null if it is deleted, and the one that it was written over.
    /// If both have one version, nothing had to be written.</param>
    private async Task<TEntity?> WriteAsync(TEntity entity, Func<Task<(TEntity? Result, TEntity Before)>> write)
    {
        var key = ObjectKey.Of(entity);
        string? version = null;
        Gate.Begin(key);
        try
        {
            var (result, before) = await write();
            if (result is not null && result.Metadata.ResourceVersion != before.Metadata.ResourceVersion)
            {
                // A version written by others is left to the watch: it may contain a change that must wake the object.
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
