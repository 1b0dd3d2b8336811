using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// A directory of one attempt's own below the scratch root (mode 0700), locked as long as it is in use, removed when it
/// is disposed. Making one removes those that a process which died has left, as
/// <see cref="RemoveLeft(SnapshotToolOptions)"/> does: their locks are free.
/// </summary>
public sealed class ScratchDirectory : IDisposable
{
    private const string Mark = "drydock-scratch-";
    private const string LockName = ".lock";
    private const UnixFileMode FolderMode700 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Lock OneAtATime = new();
    private static readonly List<ScratchDirectory> InUse = [];

    private readonly FileStream _lock;
    private readonly string _root;
    private readonly long _promised;

    private ScratchDirectory(string root, string path, long promised, FileStream held)
    {
        Path = path;
        _root = root;
        _promised = promised;
        _lock = held;
    }

    internal string Path { get; }

    /// <summary>
    /// Removes what processes that died have left: with them may lie the rows of encrypted snapshots, readable.
    /// </summary>
    /// <exception cref="IOException">The root cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The root may not be listed.</exception>
    public static void RemoveLeft(SnapshotToolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var root = RootOf(options);
        if (Directory.Exists(root))
        {
            lock (OneAtATime)
            {
                RemoveLeft(root);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (OneAtATime)
        {
            InUse.Remove(this);
        }

        Directory.Delete(Path, recursive: true);
        _lock.Dispose();
    }

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root is missing, not
    /// writable or too small.</exception>
    internal static ScratchDirectory Create(SnapshotToolOptions options, long neededBytes)
    {
        var root = RootOf(options);
        try
        {
            if (!Directory.Exists(root))
            {
                throw new SnapshotException(SnapshotFailure.StorageUnusable, $"The scratch directory {root} does not exist; mount the volume or create it.");
            }

            // Between the making of a directory and the taking of its lock nobody of this process may take it for one
            // that was left.
            lock (OneAtATime)
            {
                RemoveLeft(root);
                RequireFree(root, neededBytes);
                var path = System.IO.Path.Combine(root, Mark + StorageName.Unique());
                Directory.CreateDirectory(path, FolderMode700);
                var made = new ScratchDirectory(root, path, neededBytes, Hold(path));
                InUse.Add(made);
                return made;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"The scratch directory {root} cannot be used: {e.Message}", e);
        }
    }

    private long Written()
    {
        try
        {
            return new DirectoryInfo(Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static f => f.Length);
        }
        catch (IOException)
        {
            // A file was removed while they were counted: then what was promised still is.
            return 0;
        }
    }

    private static string RootOf(SnapshotToolOptions options) => options.ScratchRoot ?? System.IO.Path.GetTempPath();

    // FileShare.None is an advisory lock of the kernel's (flock), which a dead process does not hold.
    private static FileStream Hold(string path) =>
        new(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static void RequireFree(string root, long neededBytes)
    {
        // What others were promised and have not written yet is not free, although the file system says so.
        var free = new DriveInfo(root).AvailableFreeSpace - InUse.Where(d => d._root == root).Sum(static d => Math.Max(0, d._promised - d.Written()));
        if (free < neededBytes)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, string.Create(
                CultureInfo.InvariantCulture, $"The scratch directory {root} has {free} bytes free, {neededBytes} are needed; give it more room or name another directory."));
        }
    }

    private static void RemoveLeft(string root)
    {
        foreach (var path in Directory.EnumerateDirectories(root, Mark + "*"))
        {
            try
            {
                // Without its lock file it is just being made, or just being removed, by somebody who lives.
                if (File.Exists(System.IO.Path.Combine(path, LockName)))
                {
                    using var held = Hold(path);
                    Directory.Delete(path, recursive: true);
                }
            }
            catch (IOException)
            {
                // In use by another attempt, or gone meanwhile.
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's: not this operator's to remove.
            }
        }
    }
}
