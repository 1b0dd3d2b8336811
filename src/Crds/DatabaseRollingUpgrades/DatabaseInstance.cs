using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>One process of the database.</summary>
public sealed record DatabaseInstance
{
    /// <summary>A short name; step ids are made of it. For PD the member's own name, if that can be one.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.Label)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it is.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>
    /// Name or address of its host, as the other processes of the database know it; the operator reaches it by the
    /// same.
    /// </summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The port of its service: Master 7100, Tserver 9100, PD 2379, TiKV 20160, TiDB 4000, Pump 8250, Drainer 8249;
    /// BMDB: Master 11000.
    /// </summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>
    /// The port of its status pages: Master 7000, Tserver 9000, TiDB 10080, TiKV 20180; BMDB: Master 10000. PD, Pump
    /// and Drainer have one port only.
    /// </summary>
    [Range(1, 65535)]
    public int? StatusPort { get; init; }

    /// <summary>Where it is installed: programs are in bin below it. With swap SwitchLink a symbolic link.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string DeployDir { get; init => field = value ?? ""; } = "";

    /// <summary>Where its data is; only read.</summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? DataDir { get; init; }

    /// <summary>
    /// TiDB only: its configuration file, where it is not below deployDir as tidb-ansible has it: conf/pd.toml,
    /// conf/tikv.toml and so on.
    /// </summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? ConfigFile { get; init; }

    /// <summary>How it is started and stopped, if not as spec.control says for its component.</summary>
    public InstanceControl? Control { get; init; }
}
