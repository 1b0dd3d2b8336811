namespace Drydock.Lab.Hosts;

/// <summary>How a <see cref="LabHost"/> is set up.</summary>
public sealed record LabHostOptions
{
    /// <summary>
    /// The account that is logged in to; it exists inside the host only. All hosts give it the same uid,
    /// <see cref="LabHost.UserId"/>.
    /// </summary>
    public string User { get; init; } = "tidb";

    /// <summary>Whether sudo lets the account do everything without a password.</summary>
    public bool Sudo { get; init; } = true;

    /// <summary>
    /// The size of /data in bytes, for tests of a full disk; it is then kept in memory. By default /data is a folder of
    /// the machine.
    /// </summary>
    public long? DataBytes { get; init; }

    /// <summary>
    /// Folders of the machine that are to be seen inside at the same path, for reading and writing: a cluster's common
    /// folder. Rights are those of the folder.
    /// </summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    /// <summary>
    /// Folders of the machine that are to be seen inside at the same path, for reading only: programs, packages.
    /// </summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>
    /// By how much <c>RestartSec=</c> and <c>StartLimitIntervalSec=</c> of units are shortened; <c>TimeoutStopSec=</c>
    /// is not.
    /// </summary>
    public double TimeFactor { get; init; } = 1;

    /// <summary>
    /// The engine that the host is a container of, made for it alone: it goes with the host, and its network is the
    /// host's. By default the host is no container.
    /// </summary>
    public DockerHost? Engine { get; init; }
}
