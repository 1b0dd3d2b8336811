using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>
/// The objects of a kind as last seen. It may be behind the server: decide with optimistic concurrency (a status write
/// at the version read fails when it is).
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IResourceCache<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>True once a first list was read.</summary>
    bool HasSynced { get; }

    /// <summary>Ends when a first list was read.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>The object, or null.</summary>
    TEntity? Get(ObjectKey key);

    /// <summary>All objects.</summary>
    IReadOnlyList<TEntity> List();

    /// <summary>
    /// Calls <paramref name="onChange"/> at every change from now on, first with an Added for each object already
    /// there. It must return quickly and not throw.
    /// </summary>
    IDisposable Subscribe(Action<ResourceChange<TEntity>> onChange);

    /// <summary>
    /// Takes in the result of an own write at once, so that the next read does not see an older state; its event, when
    /// it comes, is then no news. Events of others that happened before it are still handed out. An older version than
    /// the cached one is ignored.
    /// </summary>
    void Observe(TEntity written);
}
