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
