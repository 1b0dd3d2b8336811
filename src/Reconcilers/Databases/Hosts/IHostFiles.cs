namespace Drydock.Reconcilers.Databases;

/// <summary>Files and programs of one host.</summary>
internal interface IHostFiles
{
    string Host { get; }

    /// <summary>Runs a program to its end, whatever its exit code. No secret may be among the arguments.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken);

    /// <summary>Reads a text file; null if there is none.</summary>
    /// <exception cref="HostException">Not readable, or longer than 1 MiB.</exception>
    Task<string?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Writes a text file by rename, if the present file has the expected checksum (null: there is no file).
    /// The present file is kept once as <paramref name="keepAs"/>. A file that already has the new content is not
    /// changed.</summary>
    /// <exception cref="HostException">The present file is not the expected one, or the file cannot be
    /// written.</exception>
    Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken);

    /// <summary>SHA-256 of files, in the order asked; null for a file that does not exist.</summary>
    Task<IReadOnlyList<string?>> Sha256Async(IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Free bytes of the file system a path is on, or its nearest existing parent.</summary>
    Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken);

    /// <summary>Physical memory in bytes, from /proc/meminfo.</summary>
    Task<long> MemoryBytesAsync(CancellationToken cancellationToken);

    Task<int> CpusAsync(CancellationToken cancellationToken);

    /// <summary>The host's clock minus ours, to within half the time that the question takes.</summary>
    Task<ClockReading> ClockAsync(CancellationToken cancellationToken);

    Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken);

    /// <summary>Provides the package: sends archives, checks them, unpacks them beside the directory, renames it into
    /// place, runs post_install and copies extensions. Existing parts are kept.</summary>
    /// <exception cref="HostException">No room, corrupt, or post_install failed; what is half there is named and taken
    /// up again by the next call.</exception>
    Task PreparePackageAsync(PackageRequest request, IProgress<long>? progress, CancellationToken cancellationToken);
}
