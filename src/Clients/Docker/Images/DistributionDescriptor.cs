using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>What a reference in a registry points at.</summary>
public sealed record DistributionDescriptor
{
    /// <summary>The manifest's type.</summary>
    [JsonPropertyName("mediaType")]
    public string MediaType { get; init => field = value ?? ""; } = "";

    /// <summary>The manifest's digest.</summary>
    [JsonPropertyName("digest")]
    public string Digest { get; init => field = value ?? ""; } = "";

    /// <summary>The manifest's bytes (not the image's).</summary>
    [JsonPropertyName("size")]
    public long Size { get; init; }
}
