namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>One process of the database.</summary>
public sealed record DatabaseInstance
{
    /// <summary>A short name, unique in the spec. Step ids contain it. For PD use the name of the member if its
    /// characters allow it.</summary>
    [Required]
    [Label]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The role of the process.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>Name or address of the host, as the other processes of the database use it. The operator connects to
    /// the same one.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port of its service. Defaults: Master 7100 (BMDB: 11000), Tserver 9100, PD 2379, TiKV 20160, TiDB
    /// 4000, Pump 8250, Drainer 8249.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>The port of its status pages. Defaults: Master 7000 (BMDB: 10000), Tserver 9000, TiDB 10080, TiKV
    /// 20180. PD, Pump and Drainer have only one port.</summary>
    [Range(1, 65535)]
    public int? StatusPort { get; init; }

    /// <summary>The directory where it is installed. Its programs are in bin below it. With swap: SwitchLink this is a
    /// symbolic link. Default: deployDir of the entry of spec.control for its component, then that of spec.defaults,
    /// then what preflight finds on the host.</summary>
    [AbsolutePath]
    public string DeployDir { get; init => field = value ?? ""; } = "";

    /// <summary>The directory of its data. The operator only reads it.</summary>
    [AbsolutePath]
    public string? DataDir { get; init; }

    /// <summary>TiDB only: absolute path of its configuration file. Default: the path that tidb-ansible uses below
    /// deployDir: conf/pd.toml, conf/tikv.toml and so on.</summary>
    [AbsolutePath]
    public string? ConfigFile { get; init; }

    /// <summary>How this process is started and stopped. Default: control of the entry of spec.control for its
    /// component, then that of spec.defaults, then what preflight finds on the host.</summary>
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
