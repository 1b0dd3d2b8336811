using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>One change of the cache.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Type">How it changed.</param>
/// <param name="Object">The object as it is now (deleted: as it last was).</param>
/// <param name="Previous">The object as the cache had it before; null if it is new.</param>
/// <param name="IsOwnWrite">True if this process made the change
/// (<see cref="IResourceCache{TEntity}.Observe"/>).</param>
public sealed record ResourceChange<TEntity>(
    ResourceChangeType Type, TEntity Object, TEntity? Previous, bool IsOwnWrite = false)
    where TEntity : class, IKubernetesObject;
