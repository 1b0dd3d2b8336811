using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>One region (cm_region) of an installation.</summary>
public sealed record OmsRegion
{
    /// <summary>Name of the region as cm_region has it; default for an installation without regions.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern("^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$")]
    public string Name { get; init => field = value ?? DefaultName; } = DefaultName;

    /// <summary>
    /// The nodes of the region, in the order in which one after the other is done where the plan says so.
    /// </summary>
    [Required]
    [ListMap("name")]
    [Items(SchemaLimits.Nodes, Minimum = 1)]
    public List<OmsNode> Nodes { get; init => field = value ?? []; } = [];

    private const string DefaultName = "default";
}
