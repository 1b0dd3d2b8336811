namespace Drydock.Lab;

/// <summary>How a Docker host is set up.</summary>
public sealed record DockerHostOptions
{
    /// <summary>
    /// Whether containers go on while dockerd is away (<c>live-restore</c>). Off by default, as dockerd's own default
    /// is.
    /// </summary>
    public bool LiveRestore { get; init; }

    /// <summary>Storage driver; by default overlay2 where the file system permits it, else vfs.</summary>
    public string? StorageDriver { get; init; }

    /// <summary>How long dockerd gives containers to stop when it is asked to end.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Room for images and containers in bytes: a file system in memory of its own, which
    /// <see cref="DockerHost.FillDiskAsync"/> fills. Null is what the machine has.
    /// </summary>
    public long? DataBytes { get; init; }
}
