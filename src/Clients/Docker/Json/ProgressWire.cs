using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker.Json;

/// <summary>A line of a progress stream, with the errors that are never shown as progress.</summary>
internal sealed record ProgressWire
{
    [JsonPropertyName("id")]
    public string? ID { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    [JsonPropertyName("progressDetail")]
    public JSONProgress? Progress { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("errorDetail")]
    public ErrorAnswer? ErrorDetail { get; init; }
}
