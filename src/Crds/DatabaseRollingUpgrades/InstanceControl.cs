using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How a process is started and stopped. Exactly one of systemd, supervise, scripts and process.</summary>
[ValidationRule("[has(self.systemd), has(self.supervise), has(self.scripts), has(self.process)].filter(x, x).size() == 1", RuleMessages.OneControl)]
public sealed record InstanceControl
{
    /// <summary>A systemd unit.</summary>
    public SystemdControl? Systemd { get; init; }

    /// <summary>daemontools: supervise.</summary>
    public SuperviseControl? Supervise { get; init; }

    /// <summary>A script that starts and one that stops.</summary>
    public ScriptControl? Scripts { get; init; }

    /// <summary>A plain process: found by its program, stopped by a signal, started by a command line.</summary>
    public ProcessControl? Process { get; init; }

    /// <summary>
    /// How the new program takes the place of the old one. Without it ReplaceBinary for TiDB, NewDirectory for a plain
    /// process, otherwise SwitchLink.
    /// </summary>
    public SwapMethod? Swap { get; init; }

    /// <summary>How long a process may take to end after it was asked to, before it is killed. Duration.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StopGrace { get; init => field = value ?? "2m"; } = "2m";
}

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

/// <summary>How the new program takes the place of the old one.</summary>
public enum SwapMethod
{
    /// <summary>
    /// bin/PROGRAM below deployDir becomes the new one; the old one stays beside it as PROGRAM.FROMVERSION.
    /// </summary>
    ReplaceBinary,

    /// <summary>deployDir is a symbolic link and is made to point at the new version's directory.</summary>
    SwitchLink,

    /// <summary>
    /// The command line names the version's directory as {directory}: nothing is replaced, the new process is started
    /// from the new directory.
    /// </summary>
    NewDirectory,
}
