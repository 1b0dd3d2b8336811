namespace Drydock.Clients.Snapshots;

/// <summary>The directory of one attempt below the scratch root (mode 0700), locked while it is in use and removed when
/// it is disposed. Creating one removes those left by processes that died, as
/// <see cref="RemoveLeft(SnapshotToolOptions)"/> does: their locks are free.</summary>
public sealed class ScratchDirectory : IDisposable
{
    private const string Mark = "drydock-scratch-";
    private const string LockName = ".lock";
    private const UnixFileMode FolderMode700 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Lock OneAtATime = new();

    private readonly FileStream _lock;

    private ScratchDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    internal string Path { get; }

    /// <summary>Removes the directories left by processes that died: they may contain the unencrypted rows of encrypted
    /// snapshots.</summary>
    /// <exception cref="IOException">The root cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The root may not be listed.</exception>
    public static void RemoveLeft(SnapshotToolOptions options)
    {
        var root = RootOf(options);
        if (Directory.Exists(root))
        {
            lock (OneAtATime)
            {
                RemoveLeft(root);
            }
        }
    }

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        _lock.Dispose();
    }

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root is missing or not
    /// writable.</exception>
    internal static ScratchDirectory Create(SnapshotToolOptions options)
    {
        var root = RootOf(options);
        try
        {
            if (!Directory.Exists(root))
            {
                throw new SnapshotException(
                    SnapshotFailure.StorageUnusable,
                    $"The scratch directory {root} does not exist. Mount the volume, or create the directory.");
            }

            // Between the creation of a directory and its lock, no other thread may mistake it for an abandoned one.
            lock (OneAtATime)
            {
                RemoveLeft(root);
                var path = System.IO.Path.Combine(root, Mark + StorageName.Unique());
                Directory.CreateDirectory(path, FolderMode700);
                return new ScratchDirectory(path, Hold(path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"The scratch directory {root} cannot be used: {Sentences.Close(e.Message)}",
                e);
        }
    }

    private static string RootOf(SnapshotToolOptions options) => options.ScratchRoot ?? System.IO.Path.GetTempPath();

    // FileShare.None is an advisory kernel lock (flock), which is released when its process dies.
    private static FileStream Hold(string path) =>
        new(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static void RemoveLeft(string root)
    {
        foreach (var path in Directory.EnumerateDirectories(root, Mark + "*"))
        {
            try
            {
                // Without its lock file it is just being created or removed by a running process.
                if (File.Exists(System.IO.Path.Combine(path, LockName)))
                {
                    using var held = Hold(path);
                    Directory.Delete(path, recursive: true);
                }
            }
            catch (IOException)
            {
                // In use by another attempt, or already removed.
            }
            catch (UnauthorizedAccessException)
            {
                // It belongs to another user and must not be removed.
            }
        }
    }
}

/// <summary>The programs, and their scratch directory. Bare names are looked up in PATH.</summary>
public sealed record SnapshotToolOptions
{
    public string Dump { get; init; } = "mysqldump";

    public string Client { get; init; } = "mysql";

    public string MyDumper { get; init; } = "mydumper";

    public string Age { get; init; } = "age";

    /// <summary>util-linux' setpriv, which ties the lifetime of a child to the operator.</summary>
    public string SetPriv { get; init; } = "setpriv";

    /// <summary>An existing directory below which mydumper gets a separate directory for each attempt, removed on every
    /// exit. It needs little space while the storage keeps up (files are moved to it as they are closed), at most the
    /// rows of the databases dumped in parallel. Null: the system's temporary directory.</summary>
    public string? ScratchRoot { get; init; }
}
