using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker.Json;

/// <summary>The body of a refusal.</summary>
internal sealed record ErrorAnswer([property: JsonPropertyName("message")] string? Message);
