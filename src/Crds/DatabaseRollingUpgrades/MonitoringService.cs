namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A monitoring service: Prometheus, Grafana, node_exporter and others, on one host or in the same way on
/// several.</summary>
[ValidationRule(
    "has(self.host) != (has(self.hosts) && size(self.hosts) > 0)",
    "A monitoring service needs either host or hosts.")]
[ValidationRule(
    "!has(self.control.swap) && !has(self.control.link)",
    "control.swap and control.link are only for processes of the database. Remove them: the files of the "
    + "service say what is replaced.")]
public sealed record MonitoringService
{
    /// <summary>A short name, unique in the list. The step id contains it.</summary>
    [Required]
    [Label]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Name or address of its host.</summary>
    [Host(SchemaLimits.Name)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>Its hosts, instead of host, if it is the same on all (node_exporter). Each is restarted in a step
    /// NAME-HOST.</summary>
    [ListSet]
    [Items(SchemaLimits.Instances)]
    [Host(SchemaLimits.Name)]
    public List<string> Hosts { get; init => field = value ?? []; } = [];

    /// <summary>The port on which the service answers once it runs.</summary>
    [Required]
    [Range(1, 65535)]
    public int Port { get; init; }

    /// <summary>A page that answers 200 over plain HTTP once it is ready: /-/ready of Prometheus, /api/health of
    /// Grafana. Default: its port is open.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.AbsolutePath)]
    public string? ReadyPath { get; init; }

    /// <summary>The directory where it is installed.</summary>
    [Required]
    [AbsolutePath]
    public string DeployDir { get; init => field = value ?? ""; } = "";

    /// <summary>Files that are replaced below deployDir while the service is stopped: programs, start script,
    /// configuration, rules. The old ones are kept as NAME.FROMVERSION. A prometheus.yml is checked with promtool
    /// before, if it is there.</summary>
    [ListMap("to")]
    [Items(16)]
    public List<ReplacedFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>How the service is started and stopped. swap is refused here; use files.</summary>
    [Required]
    public InstanceControl Control { get; init => field = value ?? new(); } = new();

    /// <summary>The service on each of its hosts: with hosts, one for each, named NAME-HOST.</summary>
    public IEnumerable<MonitoringService> Each() => Hosts.Count == 0
        ? [this]
        : Hosts.Select(host => this with { Name = $"{Name}-{Label(host)}", Host = host, Hosts = [] });

    // Step ids have letters, digits and hyphens.
    private static string Label(string host) =>
        string.Concat(host.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
}

/// <summary>A file that is replaced.</summary>
public sealed record ReplacedFile
{
    /// <summary>Absolute path of the new file on the host.</summary>
    [Required]
    [AbsolutePath]
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>Path of the file relative to deployDir.</summary>
    [Required]
    [RelativePath(SchemaLimits.Path)]
    public string To { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the new file, 64 hex digits.</summary>
    [Required]
    [Sha256]
    public string Sha256 { get; init => field = value ?? ""; } = "";
}
