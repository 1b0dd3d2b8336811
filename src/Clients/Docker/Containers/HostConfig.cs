using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>
/// The part of a container's configuration that concerns its host. The result of an inspect can be passed to a create:
/// fields unknown to this client are kept in <see cref="Other"/>.
/// </summary>
public sealed record HostConfig
{
    /// <summary>
    /// <c>source:target[:options]</c>; a source that does not exist is created as a directory by the engine.
    /// </summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary>Mounts in the long form.</summary>
    public IReadOnlyList<Mount>? Mounts { get; init; }

    /// <summary><c>host</c>, <c>bridge</c>, <c>none</c>, <c>container:ID</c> or a network.</summary>
    public string? NetworkMode { get; init; }

    /// <summary>When the engine restarts it automatically.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>All capabilities and devices.</summary>
    public bool Privileged { get; init; }

    /// <summary>Removed by the engine when it stops.</summary>
    public bool AutoRemove { get; init; }

    /// <summary>Maximum number of processes; -1: no limit; null: the engine's default.</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Resource limits.</summary>
    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    /// <summary>Bytes; 0: no limit.</summary>
    public long Memory { get; init; }

    /// <summary>
    /// Bytes of memory and swap together; -1: no limit; 0: the engine's default, twice <see cref="Memory"/>.
    /// </summary>
    public long MemorySwap { get; init; }

    /// <summary>Lines of <c>/etc/hosts</c>, <c>name:address</c>.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Where the output goes.</summary>
    public LogConfig? LogConfig { get; init; }

    /// <summary>Devices of the host.</summary>
    public IReadOnlyList<DeviceMapping>? Devices { get; init; }

    /// <summary>Kernel parameters of its namespaces.</summary>
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    /// <summary>Bytes of /dev/shm; 0: the engine's default.</summary>
    public long ShmSize { get; init; }

    /// <summary>Whether its root filesystem cannot be written.</summary>
    public bool ReadonlyRootfs { get; init; }

    /// <summary>Other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>The fields by their names in the API. Values of log options may be secrets.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, DockerJson.Default.HostConfig)!.AsObject();
}

/// <summary>
/// A requested mount. Unlike an entry of <see cref="HostConfig.Binds"/>, a bind source that does not exist is
/// an error, not created.
/// </summary>
public sealed record Mount
{
    /// <summary><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The path on the host, or the volume.</summary>
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The path in the container.</summary>
    public string Target { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it cannot be written.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>When the engine restarts a container automatically.</summary>
public sealed record RestartPolicy
{
    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>; empty means <c>no</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Only with <c>on-failure</c>.</summary>
    public int MaximumRetryCount { get; init; }

    /// <summary>Never restart.</summary>
    public static RestartPolicy No { get; } = new() { Name = "no" };
}

/// <summary>A resource limit of the container's processes.</summary>
public sealed record Ulimit
{
    /// <summary>Such as <c>nproc</c> or <c>nofile</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The soft limit.</summary>
    public long Soft { get; init; }

    /// <summary>The hard limit.</summary>
    public long Hard { get; init; }
}

/// <summary>The log driver of a container.</summary>
public sealed record LogConfig
{
    /// <summary>The driver, such as <c>json-file</c>; empty: the engine's default.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Its options. Values may be secrets and must not be shown.</summary>
    public IReadOnlyDictionary<string, string>? Config { get; init; }

    /// <summary>Other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>A device of the host that a container may use.</summary>
public sealed record DeviceMapping
{
    /// <summary>
    /// Its path on the host. The engine looks for it when the container starts, not when it is created.
    /// </summary>
    public string PathOnHost { get; init => field = value ?? ""; } = "";

    /// <summary>Its path in the container.</summary>
    public string PathInContainer { get; init => field = value ?? ""; } = "";

    /// <summary>Some of <c>rwm</c>.</summary>
    public string CgroupPermissions { get; init => field = value ?? ""; } = "";

    /// <summary>Other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}
