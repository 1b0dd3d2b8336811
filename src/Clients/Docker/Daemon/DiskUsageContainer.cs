using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>A container on disk.</summary>
public sealed record DiskUsageContainer
{
    /// <summary>The full id.</summary>
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>Names.</summary>
    public IReadOnlyList<string> Names { get; init => field = value ?? []; } = [];

    /// <summary>The reference it was created from.</summary>
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>Its state.</summary>
    public string State { get; init => field = value ?? ""; } = "";

    /// <summary>Bytes it has written.</summary>
    public long SizeRw { get; init; }

    /// <summary>Bytes with the image.</summary>
    public long SizeRootFs { get; init; }
}
