using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A systemd unit.</summary>
public sealed record SystemdControl
{
    /// <summary>
    /// The unit, with {port} and {name} filled in. Without it the active one of COMPONENT-PORT.service and
    /// COMPONENT.service (versions of tidb-ansible use either).
    /// </summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.UnitName)]
    public string? Unit { get; init; }
}
