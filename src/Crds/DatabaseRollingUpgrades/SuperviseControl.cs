using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A service directory of daemontools.</summary>
public sealed record SuperviseControl
{
    /// <summary>
    /// The service directory, absolute or below deployDir, with {port} and {name} filled in: what svc and svstat take.
    /// </summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Directory { get; init => field = value ?? ""; } = "";
}
