namespace Drydock.Clients.Safety;

/// <summary>A private directory (mode 0700) that is removed when it is disposed. Its process holds a lock in it, which
/// distinguishes the directory of a killed process from one in use, even if both processes have the same id in
/// different containers.</summary>
public sealed class LockedDirectory : IDisposable
{
    private const string LockName = ".lock";

    // Between the creation of a directory and its lock, no other thread may mistake it for an abandoned one.
    private static readonly Lock OneAtATime = new();
    private readonly FileStream _lock;

    private LockedDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent is not writable.</exception>
    public static LockedDirectory Create(string parent, string prefix)
    {
        var path = System.IO.Path.Combine(parent, prefix + Guid.NewGuid().ToString("N"));
        lock (OneAtATime)
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            try
            {
                return new LockedDirectory(path, Hold(path, FileMode.CreateNew));
            }
            catch
            {
                Directory.Delete(path, recursive: true);
                throw;
            }
        }
    }

    /// <summary>Removes the directories that ended processes left behind; directories in use stay.</summary>
    /// <exception cref="IOException">The parent cannot be listed.</exception>
    public static int RemoveLeft(string parent, string prefix)
    {
        lock (OneAtATime)
        {
            return Directory.EnumerateDirectories(parent, prefix + "*").ToList().Count(TryRemove);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        _lock.Dispose();
    }

    // FileShare.None is an advisory kernel lock (flock), which is released when its process dies.
    private static FileStream Hold(string path, FileMode mode) =>
        new(System.IO.Path.Combine(path, LockName), mode, FileAccess.ReadWrite, FileShare.None);

    private static bool TryRemove(string path)
    {
        try
        {
            using var held = Hold(path, FileMode.Open);
            Directory.Delete(path, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, just being created or removed by its own process, or of another user.
            return false;
        }
    }
}
