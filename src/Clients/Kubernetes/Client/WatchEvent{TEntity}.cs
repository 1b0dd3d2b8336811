using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>One event of a watch.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="ResourceVersion">The version after it.</param>
/// <param name="Object">The object; null for a bookmark and when it does not fit the type.</param>
/// <param name="Unreadable">Set when the object does not fit the type.</param>
public sealed record WatchEvent<TEntity>(
    WatchEventType Type, string ResourceVersion, TEntity? Object, UnreadableObject? Unreadable = null)
    where TEntity : class, IKubernetesObject;
