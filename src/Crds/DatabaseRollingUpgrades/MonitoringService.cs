using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A service of the monitoring: Prometheus, Grafana, node_exporter and the like.</summary>
public sealed record MonitoringService
{
    /// <summary>A short name; the step id is made of it.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.Label)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its host.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port that answers once it runs again.</summary>
    [Required]
    [Range(1, 65535)]
    public int Port { get; init; }

    /// <summary>Where it is installed.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string DeployDir { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Files copied from the new package over those below deployDir while it is stopped; the old ones stay beside them
    /// as NAME.FROMVERSION. Also its start script with the new ports.
    /// </summary>
    [ListMap("to")]
    [Items(16)]
    public List<ReplacedFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>How it is started and stopped, without swap: what is replaced is said by files.</summary>
    [Required]
    public InstanceControl Control { get; init => field = value ?? new(); } = new();
}

/// <summary>A file that is replaced.</summary>
public sealed record ReplacedFile
{
    /// <summary>Absolute path of the new file on the host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>Path of the file below deployDir.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string To { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the new file, 64 hex digits.</summary>
    [Required]
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string Sha256 { get; init => field = value ?? ""; } = "";
}
