using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>Numbers of a progress line.</summary>
public sealed record JSONProgress
{
    /// <summary>Done so far, bytes.</summary>
    [JsonPropertyName("current")]
    public long Current { get; init; }

    /// <summary>The whole, bytes; 0: unknown.</summary>
    [JsonPropertyName("total")]
    public long Total { get; init; }
}
