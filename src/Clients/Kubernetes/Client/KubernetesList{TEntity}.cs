using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Objects as they were at one version of the server's state.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Items">The objects.</param>
/// <param name="ResourceVersion">The version from which a watch goes on.</param>
/// <param name="Unreadable">Objects that do not fit the type; empty unless
/// <see cref="ListOptions.TolerateUnreadable"/>.</param>
public sealed record KubernetesList<TEntity>(
    IReadOnlyList<TEntity> Items, string ResourceVersion, IReadOnlyList<UnreadableObject> Unreadable)
    where TEntity : class, IKubernetesObject;
