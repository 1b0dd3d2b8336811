using Drydock.Abstractions.Entities;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How the processes of one component are started and stopped.</summary>
public sealed record ComponentControl
{
    /// <summary>The component.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>How they are started and stopped.</summary>
    [Required]
    public InstanceControl Control { get; init => field = value ?? new(); } = new();
}
