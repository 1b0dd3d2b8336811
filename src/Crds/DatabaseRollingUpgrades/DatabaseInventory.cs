namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A database as preflight found it: with it a spec that leaves processes or their settings out becomes
/// complete.</summary>
[SchemaOf(typeof(string))]
public sealed record DatabaseInventory : FoundInventory
{
    /// <summary>The processes that were looked at, by component, host and port.</summary>
    public List<InventoryInstance> Instances { get; init => field = value ?? []; } = [];
}

/// <summary>One process of the database, as its cluster and its host report it.</summary>
public sealed record InventoryInstance
{
    /// <summary>Its name: as the spec has it, otherwise made from component, host and port.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The role of the process.</summary>
    public DatabaseComponent Component { get; init; }

    /// <summary>Its host, as the other processes of the database use it.</summary>
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port of its service.</summary>
    public int Port { get; init; }

    /// <summary>The port of its status pages; absent if it is the default.</summary>
    public int? StatusPort { get; init; }

    /// <summary>The directory where it is installed; absent if it was not looked for.</summary>
    public string? DeployDir { get; init; }

    /// <summary>The directory of its data; absent if its command line does not name one.</summary>
    public string? DataDir { get; init; }

    /// <summary>Its configuration file; absent if it is the default.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>How it is started and stopped; absent if the spec says it.</summary>
    public InventoryControl? Control { get; init; }

    /// <summary>Who reported it, for instance "PD" or "spec.instances".</summary>
    public string FoundIn { get; init => field = value ?? ""; } = "";
}

/// <summary>How a process is started and stopped: by a unit, by supervise, or as a plain process.</summary>
public sealed record InventoryControl
{
    /// <summary>Its systemd unit.</summary>
    public string? Unit { get; init; }

    /// <summary>True: the unit is one of its account (systemctl --user).</summary>
    public bool OfAccount { get; init; }

    /// <summary>Its service directory of daemontools.</summary>
    public string? Supervise { get; init; }

    /// <summary>The command line of a plain process; {directory} is that of the version.</summary>
    public List<string> Command { get; init => field = value ?? []; } = [];

    /// <summary>The symbolic link below deployDir that leads to the version; absent if it is deployDir.</summary>
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
