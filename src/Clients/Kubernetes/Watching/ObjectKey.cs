using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>Namespace and name of an object; the unit by which work is serialised.</summary>
/// <param name="Namespace">Namespace; null for cluster-scoped kinds.</param>
/// <param name="Name">Name.</param>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    /// <summary>The key of an object.</summary>
    public static ObjectKey Of(IKubernetesObject entity) => new(entity.Metadata.Namespace, entity.Metadata.Name);

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
