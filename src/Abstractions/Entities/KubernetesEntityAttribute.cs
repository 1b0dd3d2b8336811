namespace Drydock.Abstractions.Entities;

/// <summary>Names the API resource that a type stands for, in the shape KubeOps users know.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityAttribute : Attribute
{
    /// <summary>API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>API version, for instance <c>v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = "v1";

    /// <summary>Kind as written in manifests.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Plural resource name as used in URLs.</summary>
    public string PluralName { get; init; } = "";

    /// <summary>Whether objects live in a namespace.</summary>
    public bool Namespaced { get; init; } = true;
}
