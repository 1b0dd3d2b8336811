namespace Drydock.Clients.Snapshots;

/// <summary>
/// A directory that the administrator configured for directory storages, with the threads that read and write it.
/// </summary>
public sealed class StorageRoot
{
    private readonly ConfinedPath _beneath;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="path">Absolute path; symbolic links in it are followed, because an administrator chose it.</param>
    /// <param name="options">How calls are bounded.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public StorageRoot(string path, StorageRootOptions? options = null, TimeProvider? time = null)
        : this(path, options, time, new ConfinedPath())
    {
    }

    internal StorageRoot(string path, StorageRootOptions? options, TimeProvider? time, ConfinedPath beneath)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));
        }

        Path = path.Length > 1 ? path.TrimEnd('/') : path;
        Time = time ?? TimeProvider.System;
        Threads = new BlockingCallRunner(Path, options ?? new StorageRootOptions(), Time);
        _beneath = beneath;
    }

    /// <summary>Absolute path without a slash at its end.</summary>
    public string Path { get; }

    internal TimeProvider Time { get; }

    internal BlockingCallRunner Threads { get; }

    /// <summary>Runs a call with the open root.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root does not exist, or
    /// hangs.</exception>
    internal Task<T> RunAsync<T>(string what, Func<Folder, T> work, CancellationToken cancellationToken) =>
        Threads.RunAsync(
        what,
        () =>
        {
            // A missing root means that a volume is not mounted; it must not be created.
            using var root = Folder.Open(Path, _beneath)
                ?? throw new SnapshotException(
                    SnapshotFailure.StorageUnusable,
                    $"{Path} does not exist. Mount the volume, or create the directory.");
            return work(root);
        },
        cancellationToken);
}

/// <summary>How blocking calls to a storage root are bounded.</summary>
public sealed record StorageRootOptions
{
    /// <summary>How many calls run in parallel, each on its own thread. Default 4.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>
    /// How long one call may take before the root counts as hung. Default 1 minute: far longer than any call to a
    /// working volume, including a sync of 16 MiB to a slow disk.
    /// </summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);
}
