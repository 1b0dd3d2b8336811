using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A systemd unit.</summary>
public sealed record SystemdControl
{
    /// <summary>The unit, with {port} and {name} filled in. Without it the active one of COMPONENT-PORT.service and COMPONENT.service (tidb-ansible has had both, facts A6).</summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.UnitName)]
    public string? Unit { get; init; }
}
