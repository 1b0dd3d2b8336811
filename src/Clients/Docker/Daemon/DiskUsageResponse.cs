namespace Drydock.Clients.Docker;

/// <summary>What the engine has on disk.</summary>
public sealed record DiskUsageResponse
{
    /// <summary>Bytes of all image layers together.</summary>
    public long LayersSize { get; init; }

    public IReadOnlyList<DiskUsageImage> Images { get; init => field = value ?? []; } = [];

    public IReadOnlyList<DiskUsageContainer> Containers { get; init => field = value ?? []; } = [];

    public IReadOnlyList<DiskUsageVolume> Volumes { get; init => field = value ?? []; } = [];
}

/// <summary>An image on disk.</summary>
public sealed record DiskUsageImage
{
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];

    public long Size { get; init; }

    /// <summary>Bytes shared with others; -1: not computed.</summary>
    public long SharedSize { get; init; }

    /// <summary>Containers that use it; -1: not computed.</summary>
    public long Containers { get; init; }
}

/// <summary>A container on disk.</summary>
public sealed record DiskUsageContainer
{
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> Names { get; init => field = value ?? []; } = [];

    public string Image { get; init => field = value ?? ""; } = "";

    public string State { get; init => field = value ?? ""; } = "";

    public long SizeRw { get; init; }

    /// <summary>Bytes with the image.</summary>
    public long SizeRootFs { get; init; }
}

/// <summary>A volume on disk.</summary>
public sealed record DiskUsageVolume
{
    public string Name { get; init => field = value ?? ""; } = "";

    public string Mountpoint { get; init => field = value ?? ""; } = "";
}
