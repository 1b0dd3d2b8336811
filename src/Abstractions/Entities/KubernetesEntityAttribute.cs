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

/// <summary>Short names and categories under which <c>kubectl get</c> finds the kind.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityShortNamesAttribute(params string[] shortNames) : Attribute
{
    /// <summary>Short names, for instance <c>omsu</c>.</summary>
    public IReadOnlyList<string> ShortNames { get; } = shortNames;

    /// <summary>Categories, comma separated.</summary>
    public string Categories { get; init; } = "";
}

/// <summary>One column of <c>kubectl get</c>.</summary>
/// <param name="jsonPath">Path into the object, for instance <c>.status.phase</c>.</param>
/// <param name="name">Column title.</param>
/// <param name="type">OpenAPI type of the column: string, integer, date, boolean or number.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    public string JsonPath { get; } = jsonPath;

    public string Name { get; } = name;

    public string Type { get; } = type;

    /// <summary>0 is always shown, 1 only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    /// <summary>What the column shows.</summary>
    public string Description { get; init; } = "";
}
