using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>An image on disk.</summary>
public sealed record DiskUsageImage
{
    /// <summary>The image ID.</summary>
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>References by tag.</summary>
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Bytes shared with others; -1: not computed.</summary>
    public long SharedSize { get; init; }

    /// <summary>Containers that use it; -1: not computed.</summary>
    public long Containers { get; init; }
}
