namespace Drydock.Abstractions.Entities;

/// <summary>Short names and categories under which <c>kubectl get</c> finds the kind.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityShortNamesAttribute(params string[] shortNames) : Attribute
{
    /// <summary>Short names, for instance <c>omsu</c>.</summary>
    public IReadOnlyList<string> ShortNames { get; } = shortNames;

    /// <summary>Categories, comma separated.</summary>
    public string Categories { get; init; } = "";
}
