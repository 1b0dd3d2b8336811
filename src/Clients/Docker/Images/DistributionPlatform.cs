using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>A platform.</summary>
public sealed record DistributionPlatform
{
    /// <summary><c>amd64</c>, <c>arm64</c> …</summary>
    [JsonPropertyName("architecture")]
    public string Architecture { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    [JsonPropertyName("os")]
    public string Os { get; init => field = value ?? ""; } = "";
}
