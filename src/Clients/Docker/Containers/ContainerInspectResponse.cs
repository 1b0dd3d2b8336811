using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>Everything this client reads about one container.</summary>
public sealed record ContainerInspectResponse
{
    /// <summary>The full id.</summary>
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>The name with a leading slash.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The program of its first process.</summary>
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>Arguments of its first process.</summary>
    public IReadOnlyList<string> Args { get; init => field = value ?? []; } = [];

    /// <summary>The image's ID.</summary>
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>How often the engine restarted it.</summary>
    public int RestartCount { get; init; }

    /// <summary>The storage driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string Platform { get; init => field = value ?? ""; } = "";

    /// <summary>Its log on the host.</summary>
    public string LogPath { get; init => field = value ?? ""; } = "";

    /// <summary>Exec ids that are running.</summary>
    public IReadOnlyList<string>? ExecIDs { get; init; }

    [JsonRequired]
    public ContainerState State { get; init => field = value ?? new(); } = new();

    /// <summary>Its configuration.</summary>
    public ContainerConfig Config { get; init => field = value ?? new(); } = new();

    /// <summary>Its configuration on the host.</summary>
    public HostConfig HostConfig { get; init => field = value ?? new(); } = new();

    public IReadOnlyList<MountPoint> Mounts { get; init => field = value ?? []; } = [];

    /// <summary>The name without the slash.</summary>
    [JsonIgnore]
    public string ShortName => Name.TrimStart('/');
}

public sealed record ContainerState
{
    /// <summary>
    /// <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.
    /// </summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Also true when paused.</summary>
    public bool Running { get; init; }

    /// <summary>Whether it is paused.</summary>
    public bool Paused { get; init; }

    /// <summary>The engine is restarting it.</summary>
    public bool Restarting { get; init; }

    /// <summary>The kernel killed it because it ran out of memory.</summary>
    public bool OOMKilled { get; init; }

    /// <summary>Its removal failed half-way.</summary>
    public bool Dead { get; init; }

    /// <summary>Process id on the host; 0 when it is not running.</summary>
    public int Pid { get; init; }

    /// <summary>Of the last run; meaningless while it runs or before the first run.</summary>
    public int ExitCode { get; init; }

    /// <summary>Why the last start failed.</summary>
    public string Error { get; init => field = value ?? ""; } = "";

    /// <summary>The last start; null: never.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The last end; null: never.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Only with a health check.</summary>
    public ContainerHealth? Health { get; init; }
}

/// <summary>The state of a container's health check.</summary>
public sealed record ContainerHealth
{
    /// <summary><c>none</c>, <c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Failures in a row.</summary>
    public int FailingStreak { get; init; }
}

/// <summary>A mount of a container as resolved by the engine.</summary>
public sealed record MountPoint
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The volume's name, empty for a bind.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The path on the host.</summary>
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The path in the container.</summary>
    public string Destination { get; init => field = value ?? ""; } = "";

    /// <summary>The volume's driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>Options as written, such as <c>ro</c>.</summary>
    public string Mode { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it can be written.</summary>
    public bool RW { get; init; }

    /// <summary>Mount propagation.</summary>
    public string Propagation { get; init => field = value ?? ""; } = "";
}
