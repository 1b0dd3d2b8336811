using System.Runtime.InteropServices;

namespace Drydock.Clients.Snapshots;

/// <summary>System calls .NET has no form of.</summary>
internal static partial class Posix
{
    internal const int Exists = 17;
    internal const int NoEntry = 2;
    internal const int Invalid = 22;
    internal const int NotImplemented = 38;

    private const int AtFdCwd = -100;
    private const uint RenameNoReplace = 1;
    private const int ReadOnlyDirectory = 0x10000;
    private const uint CloseOnExec = 1;
    private const int SetPipeSize = 1031;

    /// <summary>Renames, never replacing: 0 or errno.</summary>
    internal static int RenameExclusive(string from, string to)
    {
        var error = renameat2(AtFdCwd, from, AtFdCwd, to, RenameNoReplace) == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (error is not (Invalid or NotImplemented))
        {
            return error;
        }

        // Network file systems know no such rename, but a link never replaces either.
        if (link(from, to) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        return unlink(from) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Makes the names in a directory durable.</summary>
    internal static void SyncDirectory(string path)
    {
        var fd = open(path, ReadOnlyDirectory);
        if (fd < 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var failed = fsync(fd) != 0;
        var message = Marshal.GetLastPInvokeErrorMessage();
        _ = close(fd);
        if (failed)
        {
            throw new IOException($"fsync {path}: {message}");
        }
    }

    /// <summary>A file that has no name and is gone with its last descriptor.</summary>
    internal static int MemoryFile(string label) => memfd_create(label, CloseOnExec) is var fd && fd >= 0
        ? fd
        : throw new IOException($"memfd_create: {Marshal.GetLastPInvokeErrorMessage()}");

    internal static void OwnerOnly(int fd)
    {
        if (fchmod(fd, 0x180) != 0)
        {
            throw new IOException($"fchmod: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>
    /// Asks for a pipe of so many bytes, 64 KiB otherwise. False: the kernel keeps it as it is; an unprivileged user is held to
    /// <c>/proc/sys/fs/pipe-max-size</c> and <c>pipe-user-pages-soft</c>.
    /// </summary>
    internal static bool TryWidenPipe(SafeHandle pipe, int bytes) => fcntl(pipe, SetPipeSize, bytes) >= 0;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlink(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int fd, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
