using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>A Secret in the namespace of the object that names it.</summary>
public sealed record SecretReference
{
    /// <summary>Name of the Secret.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.ObjectName)]
    public string Name { get; init => field = value ?? ""; } = "";
}
