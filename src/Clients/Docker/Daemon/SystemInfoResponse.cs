namespace Drydock.Clients.Docker;

/// <summary>The engine's view of its host.</summary>
public sealed record SystemInfoResponse
{
    /// <summary>The engine's own id; it survives restarts.</summary>
    [JsonRequired]
    public string ID { get; init => field = value ?? ""; } = "";

    public string Name { get; init => field = value ?? ""; } = "";

    public string ServerVersion { get; init => field = value ?? ""; } = "";

    public string OperatingSystem { get; init => field = value ?? ""; } = "";

    public string OSType { get; init => field = value ?? ""; } = "";

    public string Architecture { get; init => field = value ?? ""; } = "";

    public string KernelVersion { get; init => field = value ?? ""; } = "";

    public int NCPU { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long MemTotal { get; init; }

    public string DockerRootDir { get; init => field = value ?? ""; } = "";

    public string Driver { get; init => field = value ?? ""; } = "";

    public int Containers { get; init; }

    public int ContainersRunning { get; init; }

    public int ContainersPaused { get; init; }

    public int ContainersStopped { get; init; }

    public int Images { get; init; }

    /// <summary>Whether containers survive a restart of the engine. Without it, they are killed and exec ids are
    /// forgotten.</summary>
    public bool LiveRestoreEnabled { get; init; }

    public DateTimeOffset? SystemTime { get; init; }

    public string DefaultRuntime { get; init => field = value ?? ""; } = "";

    public string CgroupDriver { get; init => field = value ?? ""; } = "";

    /// <summary><c>1</c> or <c>2</c>; empty from engines before API 1.41.</summary>
    public string CgroupVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Such as <c>name=seccomp,profile=default</c>.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string>? Warnings { get; init; }
}

public sealed record VersionResponse
{
    public string Version { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<VersionComponent> Components { get; init => field = value ?? []; } = [];

    [JsonIgnore]
    public bool IsPodman => Components.Any(c => c.Name.StartsWith("Podman", StringComparison.OrdinalIgnoreCase));

    [JsonPropertyName("ApiVersion")]
    public string APIVersion { get; init => field = value ?? ""; } = "";

    public string MinAPIVersion { get; init => field = value ?? ""; } = "";

    public string GitCommit { get; init => field = value ?? ""; } = "";

    public string Os { get; init => field = value ?? ""; } = "";

    /// <summary><c>amd64</c>, <c>arm64</c> …</summary>
    public string Arch { get; init => field = value ?? ""; } = "";

    public string KernelVersion { get; init => field = value ?? ""; } = "";
}

/// <summary>A program of an engine.</summary>
public sealed record VersionComponent
{
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>The answer to a ping.</summary>
public sealed record PingResponse
{
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    public string OSType { get; init => field = value ?? ""; } = "";

    /// <summary>The engine's clock, to the second: the right base for
    /// <see cref="ContainerEventsParameters.Since"/>.</summary>
    public DateTimeOffset? ServerTime { get; init; }
}
