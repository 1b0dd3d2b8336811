using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// A script that starts and one that stops, both absolute or below deployDir, with {port} and {name} filled in. They
/// return once it is done or under way.
/// </summary>
public sealed record ScriptControl
{
    /// <summary>Starts: scripts/start_drainer.sh.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Start { get; init => field = value ?? ""; } = "";

    /// <summary>Stops: scripts/stop_drainer.sh.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Stop { get; init => field = value ?? ""; } = "";
}
