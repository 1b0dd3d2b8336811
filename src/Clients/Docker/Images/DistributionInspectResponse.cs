namespace Drydock.Clients.Docker;

/// <summary>What the registry reports about an image.</summary>
public sealed record DistributionInspectResponse
{
    public DistributionDescriptor Descriptor { get; init => field = value ?? new(); } = new();

    public IReadOnlyList<DistributionPlatform> Platforms { get; init => field = value ?? []; } = [];
}

/// <summary>What a reference in a registry points at.</summary>
public sealed record DistributionDescriptor
{
    [JsonPropertyName("mediaType")]
    public string MediaType { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("digest")]
    public string Digest { get; init => field = value ?? ""; } = "";

    /// <summary>The manifest's bytes (not the image's).</summary>
    [JsonPropertyName("size")]
    public long Size { get; init; }
}

public sealed record DistributionPlatform
{
    /// <summary><c>amd64</c>, <c>arm64</c> …</summary>
    [JsonPropertyName("architecture")]
    public string Architecture { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("os")]
    public string Os { get; init => field = value ?? ""; } = "";
}
