namespace Drydock.Clients.Snapshots;

/// <summary>A directory that the administrator gave to directory storages, with the threads on which it is read and
/// written.</summary>
public sealed class StorageRoot
{
    private readonly BeneathPath _beneath;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="path">Absolute path; symbolic links in it are followed, because an administrator chose it.</param>
    /// <param name="options">How calls are bounded.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public StorageRoot(string path, StorageRootOptions? options = null, TimeProvider? time = null)
        : this(path, options, time, new BeneathPath())
    {
    }

    internal StorageRoot(string path, StorageRootOptions? options, TimeProvider? time, BeneathPath beneath)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));
        }

        Path = path.Length > 1 ? path.TrimEnd('/') : path;
        Time = time ?? TimeProvider.System;
        Threads = new StorageThreads(Path, options ?? new StorageRootOptions(), Time);
        _beneath = beneath;
    }

    /// <summary>Absolute path without a slash at its end.</summary>
    public string Path { get; }

    internal TimeProvider Time { get; }

    internal StorageThreads Threads { get; }

    /// <summary>Runs a call with the open root.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root does not exist, or
    /// hangs.</exception>
    internal Task<T> RunAsync<T>(string what, Func<Folder, T> work, CancellationToken cancellationToken) => Threads.RunAsync(
        what,
        () =>
        {
            // A missing root is a volume that is not mounted, and must not be made up by creating it.
            using var root = Folder.Open(Path, _beneath)
                ?? throw new SnapshotException(SnapshotFailure.StorageUnusable, $"{Path} does not exist. Mount the volume, or create the directory.");
            return work(root);
        },
        cancellationToken);
}
