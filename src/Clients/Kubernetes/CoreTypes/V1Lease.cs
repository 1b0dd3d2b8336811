using System.Text.Json.Serialization;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A lease: its holder, its start and its duration.</summary>
[KubernetesEntity(Group = "coordination.k8s.io", ApiVersion = "v1", Kind = "Lease", PluralName = "leases")]
public sealed record V1Lease : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; init; } = "coordination.k8s.io/v1";

    /// <inheritdoc />
    public string Kind { get; init; } = "Lease";

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>The lease itself.</summary>
    public V1LeaseSpec Spec { get; init; } = new();
}

/// <summary>Content of a <see cref="V1Lease"/>.</summary>
public sealed record V1LeaseSpec
{
    /// <summary>The holder; null or empty if there is none.</summary>
    public string? HolderIdentity { get; init; }

    /// <summary>
    /// Seconds after <see cref="RenewTime"/> after which others may take it; null for a claim without expiry.
    /// </summary>
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When the holder took it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    /// <summary>When the holder last renewed it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    /// <summary>How often it changed hands.</summary>
    public int? LeaseTransitions { get; init; }
}
