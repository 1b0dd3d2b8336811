namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A Secret. <see cref="ToString"/> contains only names of keys, never a value.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Secret", PluralName = "secrets")]
public sealed record V1Secret : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Secret";

    public V1ObjectMeta Metadata { get; init; } = new();

    public string? Type { get; init; }

    /// <summary>Values by key (base64 in JSON).</summary>
    public Dictionary<string, byte[]>? Data { get; init; }

    public bool? Immutable { get; init; }

    public override string ToString() =>
        $"Secret {Metadata.Namespace}/{Metadata.Name} keys "
            + $"[{string.Join(", ", Data?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())}]";
}

/// <summary>The metadata of a Secret, for watches that must never see a value. Use with <c>MetadataOnly</c>.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Secret", PluralName = "secrets")]
public sealed record V1SecretMetadata : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Secret";

    public V1ObjectMeta Metadata { get; init; } = new();
}
