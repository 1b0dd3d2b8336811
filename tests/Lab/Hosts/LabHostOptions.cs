namespace Drydock.Lab.Hosts;

/// <summary>Settings of a <see cref="LabHost"/>.</summary>
public sealed record LabHostOptions
{
    /// <summary>
    /// The login account, which exists only inside the host. All hosts give it the same uid, <see
    /// cref="LabHost.UserId"/>.
    /// </summary>
    public string User { get; init; } = "tidb";

    /// <summary>The login shell of the account; a program of the machine.</summary>
    public string Shell { get; init; } = "/bin/bash";

    /// <summary>Whether sudo lets the account do everything without a password.</summary>
    public bool Sudo { get; init; } = true;

    /// <summary>
    /// The size of /data in bytes, for tests of a full disk; /data is then in memory. By default /data is a folder of
    /// the machine.
    /// </summary>
    public long? DataBytes { get; init; }

    /// <summary>
    /// Folders of the machine that are visible inside at the same path, for reading and writing: a cluster's common
    /// folder. The permissions of the folder apply.
    /// </summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    /// <summary>
    /// Folders of the machine that are visible inside at the same path, read-only: programs, packages.
    /// </summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>
    /// The divisor of <c>RestartSec=</c> and <c>StartLimitIntervalSec=</c> of units; <c>TimeoutStopSec=</c> is not
    /// divided.
    /// </summary>
    public double TimeFactor { get; init; } = 1;

    /// <summary>
    /// An engine for this host alone, in which it is a container: the engine is removed with the host, and both share a
    /// network. By default the host is not a container.
    /// </summary>
    public DockerHost? Engine { get; init; }
}
