namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>One process of the database.</summary>
public sealed record DatabaseInstance
{
    /// <summary>A short name, unique in the spec; step ids contain it. For PD use the name of the member if
    /// possible.</summary>
    [Required]
    [Label]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The role of the process.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>Its host, as the other processes of the database use it. The operator connects to the same
    /// one.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>Its port. Defaults: Master 7100 (BMDB: 11000), Tserver 9100, PD 2379, TiKV 20160, TiDB 4000, Pump 8250,
    /// Drainer 8249.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>Its port for status pages. Defaults: Master 7000 (BMDB: 10000), Tserver 9000, TiDB 10080, TiKV 20180.
    /// PD, Pump and Drainer have one port.</summary>
    [Range(1, 65535)]
    public int? StatusPort { get; init; }

    /// <summary>The directory where it is installed; its programs are in bin there. With swap: SwitchLink a symbolic
    /// link. Default: that of spec.processes for its component, then of spec.instanceDefaults, then what preflight
    /// finds.</summary>
    [AbsolutePath]
    public string DeployDir { get; init => field = value ?? ""; } = "";

    /// <summary>The directory of its data; only read.</summary>
    [AbsolutePath]
    public string? DataDir { get; init; }

    /// <summary>TiDB only: absolute path of its configuration file. Default: as tidb-ansible has it below deployDir,
    /// for instance conf/tikv.toml.</summary>
    [AbsolutePath]
    public string? ConfigFile { get; init; }

    /// <summary>How it is started and stopped. Default: as for deployDir.</summary>
    public InstanceControl? Control { get; init; }
}

/// <summary>A process that joined the database while it is upgraded.</summary>
public sealed record AddedInstance
{
    /// <summary>A short name that no other instance has.</summary>
    [Required]
    [Label]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The role of the process.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>Name or address of the host, as the other processes of the database use it.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port of its service. Default: as for instances.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>The port of its status pages. Default: as for instances.</summary>
    [Range(1, 65535)]
    public int? StatusPort { get; init; }

    /// <summary>The directory where it is installed.</summary>
    [Required]
    [AbsolutePath]
    public string DeployDir { get; init => field = value ?? ""; } = "";
}
