using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>A container to be created: its configuration, and its name.</summary>
public sealed record CreateContainerParameters : ContainerConfig
{
    /// <summary>The name, without slash; null: the engine makes one up.</summary>
    [JsonIgnore]
    public string? Name { get; init; }

    /// <summary><c>os/arch</c>; null: the host's.</summary>
    [JsonIgnore]
    public string? Platform { get; init; }

    /// <summary>The part that concerns the host.</summary>
    public HostConfig? HostConfig { get; init; }
}
