namespace Drydock.Clients.Docker;

/// <summary>Everything this client reads about one container.</summary>
public sealed record ContainerInspectResponse
{
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public string Name { get; init => field = value ?? ""; } = "";

    public string Image { get; init => field = value ?? ""; } = "";

    [JsonRequired]
    public ContainerState State { get; init => field = value ?? new(); } = new();

    public ContainerConfig Config { get; init => field = value ?? new(); } = new();

    public HostConfig HostConfig { get; init => field = value ?? new(); } = new();

    public IReadOnlyList<MountPoint> Mounts { get; init => field = value ?? []; } = [];

    [JsonIgnore]
    public string ShortName => Name.TrimStart('/');
}

public sealed record ContainerState
{
    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or
    /// <c>dead</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    public bool Running { get; init; }

    public bool Paused { get; init; }

    public bool Restarting { get; init; }

    /// <summary>The kernel killed it because it ran out of memory.</summary>
    public bool OOMKilled { get; init; }

    /// <summary>Process id on the host; 0 when it is not running.</summary>
    public int Pid { get; init; }

    /// <summary>Of the last run; meaningless while it runs or before the first run.</summary>
    public int ExitCode { get; init; }

    /// <summary>The last start; null: never.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The last end; null: never.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>A mount of a container as resolved by the engine.</summary>
public sealed record MountPoint
{
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The volume's name, empty for a bind.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    public string Source { get; init => field = value ?? ""; } = "";

    public string Destination { get; init => field = value ?? ""; } = "";

    public bool RW { get; init; }
}
