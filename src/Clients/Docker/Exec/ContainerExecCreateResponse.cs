using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>A prepared command.</summary>
public sealed record ContainerExecCreateResponse
{
    /// <summary>The exec id. It is forgotten by the engine when the engine or the container stops.</summary>
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";
}
