namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A namespace.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Namespace", PluralName = "namespaces", Namespaced = false)]
public sealed record V1Namespace : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Namespace";

    public V1ObjectMeta Metadata { get; init; } = new();

    public V1NamespaceStatus? Status { get; init; }
}

public sealed record V1NamespaceStatus
{
    public string? Phase { get; init; }
}
