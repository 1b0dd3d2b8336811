using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Names that differ from those of the dialect's preset; what is absent is as the preset has it.</summary>
public sealed record YugabyteNames
{
    /// <summary>The master's program: yb-master, mserver.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? MasterProgram { get; init; }

    /// <summary>The tablet server's program: yb-tserver, dbserver.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? TserverProgram { get; init; }

    /// <summary>The admin tool: yb-admin, bm-admin.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? AdminProgram { get; init; }

    /// <summary>The SQL shell: ysqlsh; for BMDB bsqlsh is assumed.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? SqlShell { get; init; }

    /// <summary>
    /// The admin tool's flag for the masters, with its hyphens: --master_addresses, -mserver_addresses.
    /// </summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.FlagName)]
    public string? MasterAddressesFlag { get; init; }

    /// <summary>The admin tool's command that upgrades the SQL catalogue: upgrade_ysql, upgrade_bsql.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? UpgradeCatalogCommand { get; init; }

    /// <summary>
    /// The master's page of tablet servers: /tablet-servers, /tile-servers. Only shown to people; what is decided is
    /// decided by the JSON interface.
    /// </summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? TabletServersPage { get; init; }

    /// <summary>The master's JSON interface, before the name of a call: /api/v1.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? ApiPath { get; init; }
}
