namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A lease: its holder, its start and its duration.</summary>
[KubernetesEntity(Group = "coordination.k8s.io", ApiVersion = "v1", Kind = "Lease", PluralName = "leases")]
public sealed record V1Lease : IKubernetesObject
{
    public string ApiVersion { get; init; } = "coordination.k8s.io/v1";

    public string Kind { get; init; } = "Lease";

    public V1ObjectMeta Metadata { get; init; } = new();

    public V1LeaseSpec Spec { get; init; } = new();
}

/// <summary>Content of a <see cref="V1Lease"/>.</summary>
public sealed record V1LeaseSpec
{
    /// <summary>The holder; null or empty if there is none.</summary>
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}
