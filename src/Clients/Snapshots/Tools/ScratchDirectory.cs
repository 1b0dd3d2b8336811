using System.Globalization;
using Drydock.Abstractions.Values;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The directory of one attempt below the scratch root (mode 0700), locked while it is in use and removed when it is
/// disposed. Creating one removes those left by processes that died, as
/// <see cref="RemoveLeft(SnapshotToolOptions)"/> does: their locks are free.
/// </summary>
public sealed class ScratchDirectory : IDisposable
{
    private const string Mark = "drydock-scratch-";
    private const string LockName = ".lock";
    private const UnixFileMode FolderMode700 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

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
    /// Removes the directories left by processes that died: they may contain the unencrypted rows of encrypted
    /// snapshots.
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
                throw new SnapshotException(
                    SnapshotFailure.StorageUnusable,
                    $"The scratch directory {root} does not exist. Mount the volume, or create the directory.");
            }

            // Between the creation of a directory and its lock, no other thread may mistake it for an abandoned one.
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
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"The scratch directory {root} cannot be used: {Sentences.Close(e.Message)}",
                e);
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
            // A file was removed while they were counted, so the whole reservation still counts.
            return 0;
        }
    }

    private static string RootOf(SnapshotToolOptions options) => options.ScratchRoot ?? System.IO.Path.GetTempPath();

    // FileShare.None is an advisory kernel lock (flock), which is released when its process dies.
    private static FileStream Hold(string path) =>
        new(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static void RequireFree(string root, long neededBytes)
    {
        // Space reserved by others and not written yet is not free, although the file system reports it as free.
        var free = new DriveInfo(root).AvailableFreeSpace - InUse.Where(d => d._root == root).Sum(
            static d => Math.Max(0, d._promised - d.Written()));
        if (free < neededBytes)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, string.Create(
                CultureInfo.InvariantCulture,
                $"The scratch directory {root} has {free} bytes free, but {neededBytes} are needed. "
                    + $"Free some space, or configure another directory."));
        }
    }

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
