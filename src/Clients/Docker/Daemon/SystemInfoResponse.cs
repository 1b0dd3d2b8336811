using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>The engine's view of its host.</summary>
public sealed record SystemInfoResponse
{
    /// <summary>The engine's own id; it survives restarts.</summary>
    [JsonRequired]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>The host's name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The engine's version.</summary>
    public string ServerVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The host's distribution.</summary>
    public string OperatingSystem { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string OSType { get; init => field = value ?? ""; } = "";

    /// <summary><c>x86_64</c>, <c>aarch64</c> …</summary>
    public string Architecture { get; init => field = value ?? ""; } = "";

    /// <summary>The host's kernel.</summary>
    public string KernelVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Processors.</summary>
    public int NCPU { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long MemTotal { get; init; }

    /// <summary>Where images and containers are on the host.</summary>
    public string DockerRootDir { get; init => field = value ?? ""; } = "";

    /// <summary>The storage driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    public int Containers { get; init; }

    /// <summary>Running ones.</summary>
    public int ContainersRunning { get; init; }

    /// <summary>Paused ones.</summary>
    public int ContainersPaused { get; init; }

    /// <summary>Stopped and created ones.</summary>
    public int ContainersStopped { get; init; }

    public int Images { get; init; }

    /// <summary>
    /// Whether containers survive a restart of the engine. Without it, they are killed and exec ids are forgotten.
    /// </summary>
    public bool LiveRestoreEnabled { get; init; }

    /// <summary>The host's clock.</summary>
    public DateTimeOffset? SystemTime { get; init; }

    /// <summary>The runtime of containers that do not name one.</summary>
    public string DefaultRuntime { get; init => field = value ?? ""; } = "";

    /// <summary><c>cgroupfs</c> or <c>systemd</c>.</summary>
    public string CgroupDriver { get; init => field = value ?? ""; } = "";

    /// <summary>Such as <c>name=seccomp,profile=default</c>.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init => field = value ?? []; } = [];

    /// <summary>The engine's warnings.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}

public sealed record VersionResponse
{
    /// <summary>The engine's.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>The programs that the engine consists of; the first is the engine itself.</summary>
    public IReadOnlyList<VersionComponent> Components { get; init => field = value ?? []; } = [];

    /// <summary>Whether podman answers, by its API for docker clients.</summary>
    [JsonIgnore]
    public bool IsPodman => Components.Any(c => c.Name.StartsWith("Podman", StringComparison.OrdinalIgnoreCase));

    /// <summary>The highest API version it speaks.</summary>
    [JsonPropertyName("ApiVersion")]
    public string APIVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The lowest.</summary>
    public string MinAPIVersion { get; init => field = value ?? ""; } = "";

    public string GitCommit { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string Os { get; init => field = value ?? ""; } = "";

    /// <summary><c>amd64</c>, <c>arm64</c> …</summary>
    public string Arch { get; init => field = value ?? ""; } = "";

    /// <summary>The host's kernel.</summary>
    public string KernelVersion { get; init => field = value ?? ""; } = "";
}

/// <summary>A program of an engine.</summary>
public sealed record VersionComponent
{
    /// <summary><c>Engine</c>, <c>Podman Engine</c>, <c>containerd</c> …</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>The answer to a ping.</summary>
public sealed record PingResponse
{
    /// <summary>The highest API version the engine speaks; empty if it does not say.</summary>
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string OSType { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The engine's clock, to the second: the right base for <see cref="ContainerEventsParameters.Since"/>.
    /// </summary>
    public DateTimeOffset? ServerTime { get; init; }
}
