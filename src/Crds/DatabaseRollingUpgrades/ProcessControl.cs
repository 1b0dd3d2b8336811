using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// A process without supervision: stopped by SIGTERM to exactly its pid, started detached by a command line.
/// </summary>
public sealed record ProcessControl
{
    /// <summary>
    /// Program and arguments; {directory} (of the version), {port}, {name} and {dataDir} are filled in. It is run
    /// without a shell, so no variable, pipe or quote is interpreted. No secret belongs here: a command line is
    /// readable by everybody on the host.
    /// </summary>
    [Required]
    [Items(128, Minimum = 1)]
    [Length(SchemaLimits.Reference)]
    public List<string> Command { get; init => field = value ?? []; } = [];

    /// <summary>A file to which its output is appended, absolute or below deployDir.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string? LogFile { get; init; }
}
