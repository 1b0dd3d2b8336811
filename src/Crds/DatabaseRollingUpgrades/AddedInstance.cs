namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A process that joined the database while it is upgraded.</summary>
public sealed record AddedInstance
{
    /// <summary>A short name that no other instance has.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.Label)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The role of the process.</summary>
    [Required]
    public DatabaseComponent Component { get; init; }

    /// <summary>Name or address of the host, as the other processes of the database use it.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port of its service. Default: as for instances.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>The port of its status pages. Default: as for instances.</summary>
    [Range(1, 65535)]
    public int? StatusPort { get; init; }

    /// <summary>The directory where it is installed.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string DeployDir { get; init => field = value ?? ""; } = "";
}
