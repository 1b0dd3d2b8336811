using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>One project.</summary>
public sealed record ProjectStatus
{
    /// <summary>Migration or Synchronization.</summary>
    public ProjectKind Kind { get; init; }

    /// <summary>Id in its table.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Name.</summary>
    [Length(SchemaLimits.Name)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Status in OMS's own words.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Its components and their states, where the API of OMS tells: Store ACTIVE, Incr-Sync RUNNING.</summary>
    [Length(SchemaLimits.Name)]
    public string? Components { get; init; }
}
