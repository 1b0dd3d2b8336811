using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>
/// A line of progress of a pull or load. Errors never come as a line: they end the enumeration with
/// <see cref="DockerStreamException"/>.
/// </summary>
public sealed record JSONMessage
{
    /// <summary>The layer it is about.</summary>
    [JsonPropertyName("id")]
    public string? ID { get; init; }

    /// <summary>Such as <c>Downloading</c>.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>Text of a load, such as <c>Loaded image: x:1</c>.</summary>
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    /// <summary>Numbers, if there are any.</summary>
    [JsonPropertyName("progressDetail")]
    public JSONProgress? Progress { get; init; }
}
