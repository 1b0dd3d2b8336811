namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How a process is started and stopped: exactly one of systemd, supervise, scripts and process.</summary>
[ValidationRule(
    "[has(self.systemd), has(self.supervise), has(self.scripts), has(self.process)].filter(x, x).size() == 1",
    "A control needs exactly one of systemd, supervise, scripts and process.")]
[ValidationRule(
    "!has(self.link) || !has(self.swap) || self.swap == 'SwitchLink'",
    "link is only for swap: SwitchLink. Remove link, or set swap: SwitchLink.")]
public sealed record InstanceControl
{
    /// <summary>A systemd unit.</summary>
    public SystemdControl? Systemd { get; init; }

    /// <summary>daemontools: supervise.</summary>
    public SuperviseControl? Supervise { get; init; }

    /// <summary>One script that starts the process and one that stops it.</summary>
    public ScriptControl? Scripts { get; init; }

    /// <summary>A process without supervision: found by its program, stopped by a signal, started by a command
    /// line.</summary>
    public ProcessControl? Process { get; init; }

    /// <summary>How the new program replaces the old one. Default: ReplaceBinary for TiDB; for YugabyteDB and BMDB
    /// NewDirectory with process, otherwise SwitchLink. ReplaceBinary is refused there, because a program needs the
    /// libraries of its version.</summary>
    public SwapMethod? Swap { get; init; }

    /// <summary>The symbolic link to the version, absolute or relative to deployDir; swap is then SwitchLink. Default:
    /// deployDir. A link named bin, as YugabyteDB Anywhere has it, is pointed at bin of the new version, any other at
    /// its directory. {port} and {name} are replaced.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string? Link { get; init; }

    /// <summary>How long a process may take to stop before it is killed.</summary>
    [PositiveDuration]
    public string StopGrace { get; init => field = value ?? "2m"; } = "2m";
}

/// <summary>How the processes of one component are started and stopped, and where they are installed.</summary>
[ValidationRule(SharedRules.HasSetting, SharedRules.SomeSetting)]
public sealed record ComponentControl
{
    /// <summary>The component.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>How they are started and stopped. Default: that of spec.instanceDefaults.</summary>
    public InstanceControl? Control { get; init; }

    /// <summary>The directory where they are installed, the same on every host. {port} is replaced. Default: that of
    /// spec.instanceDefaults.</summary>
    [AbsolutePath]
    public string? DeployDir { get; init; }
}

/// <summary>A systemd unit.</summary>
[ValidationRule("!has(self.user) || !self.user || has(self.unit)", "user: true needs unit, the name of the unit.")]
public sealed record SystemdControl
{
    /// <summary>Name of the unit. {port} and {name} are replaced. Default: the active one of COMPONENT-PORT.service and
    /// COMPONENT.service.</summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(@"^[A-Za-z0-9_{][A-Za-z0-9_.@{}\\:-]*\.service$")]
    public string? Unit { get; init; }

    /// <summary>True: a unit of the account that commands run as (systemctl --user), as with systemd_mode: user of
    /// tiup. The account must linger; no sudo.</summary>
    public bool User { get; init; }
}

/// <summary>A service directory of daemontools.</summary>
public sealed record SuperviseControl
{
    /// <summary>The service directory for svc and svstat, absolute or relative to deployDir. {port} and {name} are
    /// replaced.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Directory { get; init => field = value ?? ""; } = "";
}

/// <summary>A script that starts the process and one that stops it, absolute or relative to deployDir. {port} and
/// {name} are replaced. The scripts must return once their work is done or under way.</summary>
public sealed record ScriptControl
{
    /// <summary>The script that starts the process, for instance scripts/start_drainer.sh.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Start { get; init => field = value ?? ""; } = "";

    /// <summary>The script that stops the process, for instance scripts/stop_drainer.sh.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Stop { get; init => field = value ?? ""; } = "";
}

/// <summary>A process without supervision. The operator stops it by SIGTERM to exactly its pid and starts it detached
/// by a command line.</summary>
public sealed record ProcessControl
{
    /// <summary>Program and arguments, without a shell. {directory} (of the version), {port}, {name} and {dataDir} are
    /// replaced. Never put a secret here: every user of the host can read command lines.</summary>
    [Required]
    [Items(128, Minimum = 1)]
    [Length(SchemaLimits.Reference)]
    public List<string> Command { get; init => field = value ?? []; } = [];

    /// <summary>A file to which its output is appended, absolute or relative to deployDir.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string? LogFile { get; init; }
}

/// <summary>How the new program replaces the old one.</summary>
public enum SwapMethod
{
    /// <summary>The file bin/PROGRAM below deployDir is replaced. The old file is kept next to it as
    /// PROGRAM.FROMVERSION.</summary>
    ReplaceBinary,

    /// <summary>deployDir, or link, is a symbolic link. It is pointed at the directory of the new version.</summary>
    SwitchLink,

    /// <summary>The command line contains {directory}. No file is replaced; the new process is started from the
    /// directory of the new version.</summary>
    NewDirectory,
}
