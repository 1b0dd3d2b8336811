using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A process, as it was seen last.</summary>
public sealed record DatabaseInstanceStatus
{
    /// <summary>Its name in the spec.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it is.</summary>
    public DatabaseComponent Component { get; init; }

    /// <summary>The version it runs.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Version { get; init; }
}
