namespace Drydock.Clients.Docker;

/// <summary>A container to be created: its configuration, and its name.</summary>
public sealed record CreateContainerParameters : ContainerConfig
{
    /// <summary>The name, without slash; null: the engine chooses one.</summary>
    [JsonIgnore]
    public string? Name { get; init; }

    /// <summary><c>os/arch</c>; null: the host's.</summary>
    [JsonIgnore]
    public string? Platform { get; init; }

    public HostConfig? HostConfig { get; init; }
}

/// <summary>What creating a container answers.</summary>
public sealed record CreateContainerResponse
{
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}
