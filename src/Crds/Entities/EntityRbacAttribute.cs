namespace Drydock.Crds.Entities;

/// <summary>A permission that a controller needs; the shipped ClusterRole is generated from all of them.</summary>
/// <param name="group">API group; empty for core.</param>
/// <param name="resources">Plural resource names, subresources as <c>x/status</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EntityRbacAttribute(string group, params string[] resources) : Attribute
{
    public string Group { get; } = group;

    public IReadOnlyList<string> Resources { get; } = resources;

    /// <summary>Verbs, comma separated, for instance <c>get,list,watch</c>.</summary>
    public string Verbs { get; init; } = "get";

    /// <summary>Names of the only objects that the permission is for; empty for all.</summary>
    public string[] ResourceNames { get; init; } = [];

    /// <summary>True for a resource without namespace: the permission cannot be given namespace by namespace.</summary>
    public bool ClusterScoped { get; init; }

    /// <summary>True for a permission the operator needs only in its own namespace (leases).</summary>
    public bool OperatorNamespaceOnly { get; init; }
}
