using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What runs on one node.</summary>
public sealed record OmsNodeStatus
{
    /// <summary>Name of the node as in the spec.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the OMS container.</summary>
    [Length(SchemaLimits.Name)]
    public string? Container { get; init; }

    /// <summary>Its image as the container names it.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Image { get; init; }

    /// <summary>ID of that image.</summary>
    [Length(SchemaLimits.Name)]
    public string? ImageID { get; init; }

    /// <summary>The version it runs.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Version { get; init; }
}
