namespace Drydock.Crds.OmsUpgrades;

/// <summary>What differs in the new container. An entry is added to the options of the current one, or replaces that of
/// the same name. Ports of OMS are in config.yaml.</summary>
[ValidationRule(
    "!has(self.labels) || self.labels.all(l, !l.startsWith('drydock.dev/'))",
    "container.labels must not begin with drydock.dev/, because the operator finds its containers by them.")]
public sealed record ContainerSpec
{
    /// <summary>Environment variables.</summary>
    [ListMap("name")]
    [Items(32)]
    public List<EnvironmentVariable> Env { get; init => field = value ?? []; } = [];

    /// <summary>As docker run --add-host, for instance metadb.example:192.0.2.9. All lines of the current container for
    /// the name are replaced.</summary>
    [ListSet]
    [Items(32)]
    [Length(320, Minimum = 3)]
    [Pattern(@"^[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?:(host-gateway|[0-9A-Fa-f.:]+)$")]
    public List<string> ExtraHosts { get; init => field = value ?? []; } = [];

    /// <summary>Limits of its processes. nproc is at least 65535, also without an entry.</summary>
    [ListMap("name")]
    [Items(16)]
    public List<UlimitSpec> Ulimits { get; init => field = value ?? []; } = [];

    /// <summary>Log driver; replaces driver and all options of the current container.</summary>
    public LogConfigSpec? LogConfig { get; init; }

    /// <summary>Memory limit, for instance 32Gi; 0 removes it. The swap beyond the memory stays as in the current
    /// container.</summary>
    [Length(16, Minimum = 1)]
    [Pattern(Patterns.MemorySize)]
    public string? Memory { get; init; }

    /// <summary>As docker run --volume, for instance /data/extra:/opt/extra:ro. The path must exist on the host. The
    /// mounts of OMS and of its certificate cannot be replaced.</summary>
    [ListSet]
    [Items(16)]
    [Length(SchemaLimits.Path, Minimum = 4)]
    [Pattern(Patterns.Bind)]
    public List<string> Binds { get; init => field = value ?? []; } = [];

    /// <summary>As docker run --label, for instance team=dba.</summary>
    [ListSet]
    [Items(16)]
    [Length(320, Minimum = 1)]
    [Pattern(@"^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?(=.*)?$")]
    public List<string> Labels { get; init => field = value ?? []; } = [];

    /// <summary>How long a stop of the current or the new container waits before its processes are killed; less than
    /// timeouts.stopOld and timeouts.stopNew. Default: 120s, or the longer stop timeout of the container.</summary>
    [FieldClass(FieldClass.Timing)]
    [PositiveDuration]
    public string? StopGrace { get; init; }
}

/// <summary>An environment variable of the new container.</summary>
[ValidationRule(
    "has(self.value) != has(self.valueFrom)",
    "An entry of container.env needs exactly one of value and valueFrom.")]
[ValidationRule(
    "!(self.name in ['OMS_HOST_IP', 'IS_UPGRADE'])",
    "container.env must not set OMS_HOST_IP and IS_UPGRADE. The operator sets them: hostIP of the node, and "
    + "true.")]
public sealed record EnvironmentVariable
{
    /// <summary>Its name.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern("^[A-Za-z_][A-Za-z0-9_.-]*$")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its value. Plans and messages show only the name.</summary>
    [Length(1024)]
    public string? Value { get; init; }

    /// <summary>Where its value is, instead of value.</summary>
    public EnvironmentSource? ValueFrom { get; init; }
}

/// <summary>Where the value of a variable is.</summary>
public sealed record EnvironmentSource
{
    /// <summary>A key of a Secret. It is read when the container is created.</summary>
    [Required]
    public SecretKeyReference SecretKeyRef { get; init => field = value ?? new(); } = new();
}

/// <summary>A resource limit of the processes of a container, as docker run --ulimit takes it.</summary>
[ValidationRule(
    "!has(self.hard) || self.hard == -1 || (self.soft != -1 && self.soft <= self.hard)",
    "soft of a ulimit must not exceed hard; -1 means no limit.")]
[ValidationRule(
    "self.name != 'nproc' || self.soft == -1 || self.soft >= 65535",
    "The ulimit nproc must be at least 65535, or -1, because OMS needs it.")]
public sealed record UlimitSpec
{
    /// <summary>Its name, for instance nofile.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern("^[a-z]+$")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The soft limit; -1: none.</summary>
    [Required]
    [Range(-1, 9007199254740991)]
    public long Soft { get; init; }

    /// <summary>The hard limit; -1: none. Default: the soft limit.</summary>
    [Range(-1, 9007199254740991)]
    public long? Hard { get; init; }
}

/// <summary>The log driver of a container.</summary>
public sealed record LogConfigSpec
{
    /// <summary>The driver, for instance json-file.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern("^[a-z][a-z0-9._/:-]*$")]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>As docker run --log-opt, for instance max-size=100m. Plans and messages show only the names.</summary>
    [ListSet]
    [Items(16)]
    [Length(512, Minimum = 2)]
    [Pattern("^[a-z][A-Za-z0-9_.-]*=.*$")]
    public List<string> Options { get; init => field = value ?? []; } = [];
}
