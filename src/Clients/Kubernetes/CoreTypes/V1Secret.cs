using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A Secret. <see cref="ToString"/> contains only names of keys, never a value.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Secret", PluralName = "secrets")]
public sealed record V1Secret : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc />
    public string Kind { get; init; } = "Secret";

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Kind of secret, for instance <c>Opaque</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Values by key (base64 in JSON).</summary>
    public Dictionary<string, byte[]>? Data { get; init; }

    /// <summary>True if the server rejects changes.</summary>
    public bool? Immutable { get; init; }

    /// <summary>Name, type and keys, no values.</summary>
    public override string ToString() =>
        $"Secret {Metadata.Namespace}/{Metadata.Name} keys "
            + $"[{string.Join(", ", Data?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())}]";
}

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
