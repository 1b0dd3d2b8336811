using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>What creating a container answers.</summary>
public sealed record CreateContainerResponse
{
    /// <summary>The full id.</summary>
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>The engine's warnings.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}
