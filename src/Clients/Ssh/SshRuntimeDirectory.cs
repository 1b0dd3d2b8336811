namespace Drydock.Clients.Ssh;

/// <summary>A private directory (0700) for the socket of a shared connection. Its process holds a lock in it, which
/// distinguishes the directory of a killed process from one in use, even if both processes have the same id in
/// different containers.</summary>
public sealed class SshRuntimeDirectory : IDisposable
{
    private const string Prefix = "drydock-ssh-";
    private const string LockName = "lock";

    private readonly FileStream _lock;

    private SshRuntimeDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    internal string Path { get; }

    /// <summary>Removes the directories that ended processes left behind; directories in use stay.</summary>
    /// <param name="parent">Their parent; null for the system's temporary directory.</param>
    /// <exception cref="IOException">A directory could not be removed.</exception>
    public static int RemoveLeft(string? parent = null)
    {
        var removed = 0;
        foreach (var directory in Directory.EnumerateDirectories(
            parent ?? System.IO.Path.GetTempPath(), Prefix + "*").ToList())
        {
            removed += TryRemove(directory) ? 1 : 0;
        }

        return removed;
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        _lock.Dispose();
    }

    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent is not writable.</exception>
    internal static SshRuntimeDirectory Create(string? parent)
    {
        var path =
            System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), Prefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            return new SshRuntimeDirectory(
                path,
                new FileStream(
                    System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        }
        catch
        {
            Directory.Delete(path, recursive: true);
            throw;
        }
    }

    private static bool TryRemove(string directory)
    {
        try
        {
            using var free = new FileStream(
                System.IO.Path.Combine(directory, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It is being created, or its own process has just removed it.
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // It belongs to another user of this machine.
            return false;
        }
        catch (IOException) when (Directory.Exists(directory)
            && File.Exists(System.IO.Path.Combine(directory, LockName)))
        {
            // Its process is running and holds the lock.
            return false;
        }
    }
}
