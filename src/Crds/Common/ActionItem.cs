using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>Something a person has to do after the run.</summary>
public sealed record ActionItem
{
    /// <summary>Stable machine word for it.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>What it is about: a project, a component, a node.</summary>
    [Length(SchemaLimits.Name)]
    public string Subject { get; init => field = value ?? ""; } = "";

    /// <summary>What to do and why.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init => field = value ?? ""; } = "";
}
