using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A ConfigMap.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "ConfigMap", PluralName = "configmaps")]
public sealed record V1ConfigMap : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc />
    public string Kind { get; init; } = "ConfigMap";

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Texts by key.</summary>
    public Dictionary<string, string>? Data { get; init; }

    /// <summary>Binary values by key (base64 in JSON).</summary>
    public Dictionary<string, byte[]>? BinaryData { get; init; }

    /// <summary>True if the server rejects changes.</summary>
    public bool? Immutable { get; init; }
}
