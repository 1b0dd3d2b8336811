namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A database as preflight found it: with it a spec that leaves processes or their settings out becomes
/// complete.</summary>
public sealed record DatabaseInventory
{
    /// <summary>The processes that were looked at, by component, host and port.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Instances)]
    public List<InventoryInstance> Instances { get; init => field = value ?? []; } = [];
}

/// <summary>One process of the database, as its cluster and its host report it.</summary>
[NotInReference]
public sealed record InventoryInstance
{
    /// <summary>Its name: as the spec has it, otherwise made from component, host and port.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The role of the process.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>Its host, as the other processes of the database use it.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port of its service.</summary>
    [Range(1, 65535)]
    public int Port { get; init; }

    /// <summary>The port of its status pages; absent if it is the default.</summary>
    [Range(1, 65535)]
    public int? StatusPort { get; init; }

    /// <summary>The directory where it is installed; absent if it was not looked for.</summary>
    [Length(SchemaLimits.Path)]
    public string? DeployDir { get; init; }

    /// <summary>The directory of its data; absent if its command line does not name one.</summary>
    [Length(SchemaLimits.Path)]
    public string? DataDir { get; init; }

    /// <summary>Its configuration file; absent if it is the default.</summary>
    [Length(SchemaLimits.Path)]
    public string? ConfigFile { get; init; }

    /// <summary>How it is started and stopped; absent if the spec says it.</summary>
    public InventoryControl? Control { get; init; }

    /// <summary>Who reported it, for instance "PD" or "spec.instances".</summary>
    [Length(SchemaLimits.Name)]
    public string FoundIn { get; init => field = value ?? ""; } = "";
}

/// <summary>How a process is started and stopped: by a unit, by supervise, or as a plain process.</summary>
public sealed record InventoryControl
{
    /// <summary>Its systemd unit.</summary>
    [Length(SchemaLimits.Name)]
    public string? Unit { get; init; }

    /// <summary>True: the unit is one of its account (systemctl --user).</summary>
    public bool OfAccount { get; init; }

    /// <summary>Its service directory of daemontools.</summary>
    [Length(SchemaLimits.Path)]
    public string? Supervise { get; init; }

    /// <summary>The command line of a plain process; {directory} is that of the version.</summary>
    [Items(128)]
    [Length(SchemaLimits.Reference)]
    public List<string> Command { get; init => field = value ?? []; } = [];

    /// <summary>The symbolic link below deployDir that leads to the version; absent if it is deployDir.</summary>
    [Length(SchemaLimits.Path)]
    public string? Link { get; init; }

    /// <summary>The same as a setting of an instance.</summary>
    public InstanceControl AsSetting() => new()
    {
        Systemd = Unit is null ? null : new SystemdControl { Unit = Unit, User = OfAccount },
        Supervise = Supervise is null ? null : new SuperviseControl { Directory = Supervise },
        Process = Unit is null && Supervise is null ? new ProcessControl { Command = Command } : null,
        Link = Link,
    };
}
