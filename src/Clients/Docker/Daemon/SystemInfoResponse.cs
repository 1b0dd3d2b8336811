namespace Drydock.Clients.Docker;

/// <summary>The engine's view of its host.</summary>
public sealed record SystemInfoResponse
{
    /// <summary>The engine's own id; it survives restarts.</summary>
    [JsonRequired]
    public string ID { get; init => field = value ?? ""; } = "";

    public string Name { get; init => field = value ?? ""; } = "";

    public string ServerVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Whether containers survive a restart of the engine. Without it, they are killed and exec ids are
    /// forgotten.</summary>
    public bool LiveRestoreEnabled { get; init; }

    public DateTimeOffset? SystemTime { get; init; }

    /// <summary><c>1</c> or <c>2</c>; empty from engines before API 1.41.</summary>
    public string CgroupVersion { get; init => field = value ?? ""; } = "";
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

    /// <summary>The engine's clock, to the second: the right base for
    /// <see cref="ContainerEventsParameters.Since"/>.</summary>
    public DateTimeOffset? ServerTime { get; init; }
}
