namespace Drydock.Lab;

/// <summary>Settings of a Docker host.</summary>
public sealed record DockerHostOptions
{
    /// <summary>
    /// Whether containers continue while dockerd is down (<c>live-restore</c>). Off by default, as in dockerd.
    /// </summary>
    public bool LiveRestore { get; init; }

    /// <summary>
    /// The system whose dockerd is used; null for that of the machine, or of the system that DRYDOCK_LAB_DOCKER names.
    /// </summary>
    public LabSystem? System { get; init; }

    /// <summary>
    /// Whether containerd keeps the images (<c>containerd-snapshotter</c>), which changes their ids; by default if
    /// DRYDOCK_LAB_IMAGES is <c>containerd</c>.
    /// </summary>
    public bool ContainerdImages { get; init; } =
        Environment.GetEnvironmentVariable("DRYDOCK_LAB_IMAGES") == "containerd";

    /// <summary>Storage driver; by default overlay2 if the file system permits it, else vfs.</summary>
    public string? StorageDriver { get; init; }

    /// <summary>How long dockerd waits for its containers when it is stopped.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Space for images and containers in bytes: a separate file system in memory, which <see
    /// cref="DockerHost.FillDiskAsync"/> fills. Null for the space of the machine.
    /// </summary>
    public long? DataBytes { get; init; }
}
