using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>Opens paths below a directory so that none can lead out of it: no symbolic link, no magic link of
/// <c>/proc</c>, no <c>..</c>, no rename that races. The kernel does it with <c>openat2</c>. If the kernel lacks that
/// call, the path is opened name by name from handle to handle without following links, which is equally safe because
/// no name is <c>..</c>.</summary>
/// <param name="walk">True never asks for <c>openat2</c>.</param>
internal sealed class ConfinedPath(bool walk = false)
{
    /// <summary>Opens a path; the handle is invalid if it cannot be opened. A link or a path leading out is
    /// <see cref="Posix.SymbolicLink"/> or <see cref="Posix.OtherDevice"/>.</summary>
    internal SafeFileHandle Open(SafeFileHandle directory, string path, int flags, UnixFileMode mode, out int error)
    {
        if (path.Length > 0 && path.Split('/').Any(static name => name is "" or "." or ".."))
        {
            error = Posix.OtherDevice;
            return new SafeFileHandle();
        }

        if (!walk)
        {
            SafeFileHandle opened;
            do
            {
                opened = Posix.OpenBeneath(directory, path.Length == 0 ? "." : path, flags, mode, out error);
            }
            while (error == Posix.Interrupted);

            if (error is not (Posix.NotImplemented or Posix.NotPermitted))
            {
                return opened;
            }
        }

        return Walk(directory, path, flags, mode, out error);
    }

    private static SafeFileHandle Walk(
        SafeFileHandle directory, string path, int flags, UnixFileMode mode, out int error)
    {
        var names = path.Length == 0 ? ["."] : path.Split('/');
        var at = directory;
        try
        {
            foreach (var name in names[..^1])
            {
                var next = Step(at, name, Posix.PathOnly | Posix.DirectoryOnly, default, out error);
                if (error != 0)
                {
                    return next;
                }

                Leave(at, directory);
                at = next;
            }

            return Step(at, names[^1], flags, mode, out error);
        }
        finally
        {
            Leave(at, directory);
        }
    }

    private static SafeFileHandle Step(SafeFileHandle at, string name, int flags, UnixFileMode mode, out int error)
    {
        SafeFileHandle opened;
        do
        {
            opened = Posix.OpenEntry(at, name, flags, mode, out error);
        }
        while (error == Posix.Interrupted);

        // A link in place of a directory is reported as "not a directory".
        if (error == Posix.NotDirectory && Posix.Facts(at, name, out _) is { Kind: FileKind.SymbolicLink })
        {
            error = Posix.SymbolicLink;
        }

        return opened;
    }

    private static void Leave(SafeFileHandle handle, SafeFileHandle first)
    {
        if (handle != first)
        {
            handle.Dispose();
        }
    }
}
