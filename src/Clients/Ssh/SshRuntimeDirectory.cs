namespace Drydock.Clients.Ssh;

/// <summary>
/// A private directory (0700) for the socket of a shared connection. A lock in it is held as long as its process lives,
/// so that what a killed process left is told from what a living one uses, also where both have the same process id in
/// containers of their own.
/// </summary>
public sealed class SshRuntimeDirectory : IDisposable
{
    private const string Prefix = "drydock-ssh-";
    private const string LockName = "lock";

    private readonly FileStream _lock;

    private SshRuntimeDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>
    /// Removes the directories of processes that ended without removing them; those of living processes stay.
    /// </summary>
    /// <param name="parent">Where they were made; null for the system's temporary directory.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="IOException">One could not be removed.</exception>
    public static int RemoveLeft(string? parent = null)
    {
        var removed = 0;
        foreach (var directory in Directory.EnumerateDirectories(parent ?? System.IO.Path.GetTempPath(), Prefix + "*").ToList())
        {
            removed += TryRemove(directory) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>Removes it with what is in it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        _lock.Dispose();
    }

    /// <summary>Makes one.</summary>
    /// <exception cref="IOException">There is no place for it.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    internal static SshRuntimeDirectory Create(string? parent)
    {
        var path = System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), Prefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            return new SshRuntimeDirectory(path, new FileStream(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
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
            using var free = new FileStream(System.IO.Path.Combine(directory, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It is being made, or its own process has just removed it.
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // It belongs to another user of this machine.
            return false;
        }
        catch (IOException) when (Directory.Exists(directory) && File.Exists(System.IO.Path.Combine(directory, LockName)))
        {
            // Its process lives and holds the lock.
            return false;
        }
    }
}
