namespace Drydock.Clients.Docker;

/// <summary>The part of a container's configuration that concerns its host. The result of an inspect can be passed to a
/// create: fields unknown to this client are kept in <see cref="Other"/>.</summary>
public sealed record HostConfig
{
    /// <summary><c>source:target[:options]</c>; a source that does not exist is created as a directory by the
    /// engine.</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    public IReadOnlyList<Mount>? Mounts { get; init; }

    public string? NetworkMode { get; init; }

    public RestartPolicy? RestartPolicy { get; init; }

    public bool Privileged { get; init; }

    public bool AutoRemove { get; init; }

    /// <summary>Maximum number of processes; -1: no limit; null: the engine's default.</summary>
    public long? PidsLimit { get; init; }

    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    /// <summary>Bytes; 0: no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes of memory and swap together; -1: no limit; 0: the engine's default, twice
    /// <see cref="Memory"/>.</summary>
    public long MemorySwap { get; init; }

    public IReadOnlyList<string>? ExtraHosts { get; init; }

    public LogConfig? LogConfig { get; init; }

    public IReadOnlyList<DeviceMapping>? Devices { get; init; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    /// <summary>Bytes of /dev/shm; 0: the engine's default.</summary>
    public long ShmSize { get; init; }

    /// <summary>Whether its root filesystem cannot be written.</summary>
    public bool ReadonlyRootfs { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, DockerJson.Default.HostConfig)!.AsObject();
}

/// <summary>A requested mount. Unlike an entry of <see cref="HostConfig.Binds"/>, a bind source that does not exist is
/// an error, not created.</summary>
public sealed record Mount
{
    public string Type { get; init => field = value ?? ""; } = "";

    public string Source { get; init => field = value ?? ""; } = "";

    public string Target { get; init => field = value ?? ""; } = "";

    public bool ReadOnly { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>When the engine restarts a container automatically.</summary>
public sealed record RestartPolicy
{
    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>; empty means <c>no</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    public int MaximumRetryCount { get; init; }

    public static RestartPolicy No { get; } = new() { Name = "no" };
}

/// <summary>A resource limit of the container's processes.</summary>
public sealed record Ulimit
{
    public string Name { get; init => field = value ?? ""; } = "";

    public long Soft { get; init; }

    public long Hard { get; init; }
}

/// <summary>The log driver of a container.</summary>
public sealed record LogConfig
{
    /// <summary>The driver, such as <c>json-file</c>; empty: the engine's default.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Its options. Values may be secrets and must not be shown.</summary>
    public IReadOnlyDictionary<string, string>? Config { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>A device of the host that a container may use.</summary>
public sealed record DeviceMapping
{
    /// <summary>Its path on the host. The engine looks for it when the container starts, not when it is
    /// created.</summary>
    public string PathOnHost { get; init => field = value ?? ""; } = "";

    public string PathInContainer { get; init => field = value ?? ""; } = "";

    public string CgroupPermissions { get; init => field = value ?? ""; } = "";

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}
