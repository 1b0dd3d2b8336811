namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A ConfigMap.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "ConfigMap", PluralName = "configmaps")]
public sealed record V1ConfigMap : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "ConfigMap";

    public V1ObjectMeta Metadata { get; init; } = new();

    public Dictionary<string, string>? Data { get; init; }

    /// <summary>Binary values by key (base64 in JSON).</summary>
    public Dictionary<string, byte[]>? BinaryData { get; init; }

    public bool? Immutable { get; init; }
}
