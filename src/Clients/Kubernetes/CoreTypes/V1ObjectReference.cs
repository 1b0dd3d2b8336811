namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>Points to an object.</summary>
public sealed record V1ObjectReference
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public static V1ObjectReference To<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject
    {
        var resource = Client.KubernetesResource.Of<TEntity>();
        return new V1ObjectReference
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            Namespace = entity.Metadata.Namespace,
            Name = entity.Metadata.Name,
            Uid = entity.Metadata.Uid,
            ResourceVersion = entity.Metadata.ResourceVersion,
        };
    }
}
