using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>One key of a ConfigMap in the namespace of the object that names it.</summary>
public sealed record ConfigMapKeyReference
{
    /// <summary>Name of the ConfigMap.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.ObjectName)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The key whose text is read.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern("^[-._a-zA-Z0-9]+$")]
    public string Key { get; init => field = value ?? ""; } = "";
}
