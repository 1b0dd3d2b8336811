using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>Versions.</summary>
public sealed record VersionResponse
{
    /// <summary>The engine's.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>The highest API version it speaks.</summary>
    [JsonPropertyName("ApiVersion")]
    public string APIVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The lowest.</summary>
    public string MinAPIVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Its commit.</summary>
    public string GitCommit { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string Os { get; init => field = value ?? ""; } = "";

    /// <summary><c>amd64</c>, <c>arm64</c> …</summary>
    public string Arch { get; init => field = value ?? ""; } = "";

    /// <summary>The host's kernel.</summary>
    public string KernelVersion { get; init => field = value ?? ""; } = "";
}
