namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>A request to the API server, in RBAC terms.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Resource">Plural resource name with subresource, for instance <c>omsupgrades/status</c>.</param>
/// <param name="Namespace">Namespace; null for cluster-scoped or all.</param>
/// <param name="Name">Name; null for a collection.</param>
public sealed record KubernetesRequest(string Verb, string Group, string Resource, string? Namespace, string? Name)
{
    /// <summary>True if the request does not change anything.</summary>
    public bool IsRead => Verb is "get" or "list" or "watch";

    /// <summary>For messages: <c>update omsupgrades/status (drydock.dev) ns/name</c>.</summary>
    public override string ToString()
    {
        var group = Group.Length == 0 ? "" : $" ({Group})";
        var target = (Namespace, Name) switch
        {
            (null, null) => "",
            (null, _) => $" {Name}",
            (_, null) => $" in namespace {Namespace}",
            _ => $" {Namespace}/{Name}",
        };
        return $"{Verb} {Resource}{group}{target}";
    }
}
