namespace Drydock.Clients.Snapshots;

/// <summary>A directory that the administrator configured for directory storages.</summary>
public sealed class StorageRoot
{
    /// <summary>How long one call may take before the root counts as hung, by default. Far longer than any call to a
    /// working volume, including a sync of 16 MiB to a slow disk.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(1);

    private readonly ConfinedPath _beneath;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="path">Absolute path; symbolic links in it are followed, because an administrator chose it.</param>
    /// <param name="limit">How long one call may take before the root counts as hung.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public StorageRoot(string path, TimeSpan? limit = null, TimeProvider? time = null)
        : this(path, limit, time, new ConfinedPath())
    {
    }

    internal StorageRoot(
        string path, TimeSpan? limit, TimeProvider? time, ConfinedPath beneath, StorageThreads? threads = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));
        }

        Path = path.Length > 1 ? path.TrimEnd('/') : path;
        Time = time ?? TimeProvider.System;
        Calls = new BlockingCalls(Path, limit ?? DefaultLimit, Time, threads ?? StorageThreads.Shared);
        _beneath = beneath;
    }

    public string Path { get; }

    internal TimeProvider Time { get; }

    internal BlockingCalls Calls { get; }

    /// <summary>Runs a call with the open root.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root does not exist, or
    /// hangs.</exception>
    internal Task<T> RunAsync<T>(string what, Func<Folder, T> work, CancellationToken cancellationToken) =>
        Calls.RunAsync(
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
