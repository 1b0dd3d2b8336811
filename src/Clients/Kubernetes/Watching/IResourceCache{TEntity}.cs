namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>The last seen objects of a kind. The cache may be behind the server: use optimistic concurrency (a status
/// write with an old version fails).</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IResourceCache<TEntity>
    where TEntity : class, IKubernetesObject
{
    bool HasSynced { get; }

    Task WaitForSyncAsync(CancellationToken cancellationToken);

    TEntity? Get(ObjectKey key);

    IReadOnlyList<TEntity> List();

    /// <summary>Calls <paramref name="onChange"/> at every change from now on, first with an Added for each existing
    /// object. It must return quickly and not throw.</summary>
    IDisposable Subscribe(Action<ResourceChange<TEntity>> onChange);

    /// <summary>Stores the result of an own write immediately, so that the next read does not see an older state; its
    /// event is then ignored. Earlier events of others are still delivered. A version older than the cached one is
    /// ignored.</summary>
    void Observe(TEntity written);
}

/// <summary>One change of the cache.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Type">How it changed.</param>
/// <param name="Object">The current object (deleted: its last state).</param>
/// <param name="Previous">The previous cached object; null if it is new.</param>
/// <param name="IsOwnWrite">True if this process made the change
/// (<see cref="IResourceCache{TEntity}.Observe"/>).</param>
public sealed record ResourceChange<TEntity>(
    ResourceChangeType Type, TEntity Object, TEntity? Previous, bool IsOwnWrite = false)
    where TEntity : class, IKubernetesObject;

/// <summary>The kinds of cache changes.</summary>
public enum ResourceChangeType
{
    Added,

    Modified,

    Deleted,

    /// <summary>Unchanged; delivered again by the periodic resync.</summary>
    Resynced,
}

/// <summary>Namespace and name of an object; the unit of serialized work.</summary>
/// <param name="Namespace">Namespace; null for cluster-scoped kinds.</param>
/// <param name="Name">Name.</param>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    public static ObjectKey Of(IKubernetesObject entity) => new(entity.Metadata.Namespace, entity.Metadata.Name);

    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
