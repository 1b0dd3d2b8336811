using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A namespace.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Namespace", PluralName = "namespaces", Namespaced = false)]
public sealed record V1Namespace : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc />
    public string Kind { get; init; } = "Namespace";

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Where it stands.</summary>
    public V1NamespaceStatus? Status { get; init; }
}
