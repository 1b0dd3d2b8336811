using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>A lease: who holds something, since when and for how long.</summary>
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
