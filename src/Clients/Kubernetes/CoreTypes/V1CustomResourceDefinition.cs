namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>The definition of a kind, only its metadata; its long spec is not needed.</summary>
[KubernetesEntity(
    Group = "apiextensions.k8s.io",
    ApiVersion = "v1",
    Kind = "CustomResourceDefinition",
    PluralName = "customresourcedefinitions",
    Namespaced = false)]
public sealed record V1CustomResourceDefinition : IKubernetesObject
{
    public string ApiVersion { get; init; } = "apiextensions.k8s.io/v1";

    public string Kind { get; init; } = "CustomResourceDefinition";

    public V1ObjectMeta Metadata { get; init; } = new();
}
