using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>The metadata of a Secret, for watches that must never see a value. Use with <c>MetadataOnly</c>.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Secret", PluralName = "secrets")]
public sealed record V1SecretMetadata : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc />
    public string Kind { get; init; } = "Secret";

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; init; } = new();
}
