using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What holds for the processes of every component.</summary>
[ValidationRule(SharedRules.HasSetting, SharedRules.SomeSetting)]
public sealed record InstanceDefaults
{
    /// <summary>How they are started and stopped.</summary>
    public InstanceControl? Control { get; init; }

    /// <summary>The directory where they are installed, the same on every host. {port} is replaced.</summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? DeployDir { get; init; }
}
