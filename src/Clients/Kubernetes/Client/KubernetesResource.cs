namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The location of a type's objects in the API.</summary>
/// <param name="Group">API group; empty for core.</param>
public sealed record KubernetesResource(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    private static readonly ConcurrentDictionary<Type, KubernetesResource> Known = new();

    // The attribute does not say it.
    private static readonly Type[] ClusterScoped = [typeof(k8s.Models.V1Namespace), typeof(CrdMetadata)];

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public static KubernetesResource Of<TEntity>()
        where TEntity : class, IKubernetesObject => Known.GetOrAdd(typeof(TEntity), static type =>
    {
        var attribute = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException(
                $"{type} has no [KubernetesEntity] attribute, which must name its API resource.");
        return new KubernetesResource(
            attribute.Group ?? "",
            attribute.ApiVersion,
            attribute.Kind,
            attribute.PluralName,
            Namespaced: !ClusterScoped.Contains(type));
    });

    /// <summary>Path below the server's address, without a leading slash.</summary>
    /// <param name="namespace">Namespace; null for all, or for cluster-scoped kinds.</param>
    public string Path(string? @namespace, string? name = null, string? subresource = null)
    {
        string?[] parts =
        [
            Group.Length == 0 ? "api" : $"apis/{Group}",
            Version,
            Namespaced && @namespace is not null ? $"namespaces/{Uri.EscapeDataString(@namespace)}" : null,
            Plural,
            name is null ? null : Uri.EscapeDataString(name),
            subresource,
        ];
        return string.Join('/', parts.OfType<string>());
    }

    internal KubernetesRequest Request(
        string verb, string? @namespace, string? name = null, string? subresource = null) =>
        new(
            verb,
            Group,
            subresource is null ? Plural : $"{Plural}/{subresource}",
            Namespaced ? @namespace : null,
            name);
}
