namespace Drydock.Clients.Docker;

/// <summary>What the engine has on disk.</summary>
public sealed record DiskUsageResponse
{
    /// <summary>Bytes of all image layers together.</summary>
    public long LayersSize { get; init; }

    /// <summary>Images.</summary>
    public IReadOnlyList<DiskUsageImage> Images { get; init => field = value ?? []; } = [];

    /// <summary>Containers.</summary>
    public IReadOnlyList<DiskUsageContainer> Containers { get; init => field = value ?? []; } = [];

    /// <summary>Volumes.</summary>
    public IReadOnlyList<DiskUsageVolume> Volumes { get; init => field = value ?? []; } = [];
}
