using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>An open directory that no path leads out of: no symbolic link, no magic link of <c>/proc</c>, no <c>..</c>,
/// no rename that races. A path is opened name by name, from handle to handle, without following links, and no name of
/// it may be <c>..</c>. All calls are relative to the handle, so that no rename or link can change their target. The
/// calls block.</summary>
internal sealed partial class Folder : IDisposable
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    // A concurrent deletion may remove an empty folder.
    private const int Attempts = 5;

    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int NoTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private const int AtSymbolicLinkNoFollow = 0x100;
    private const int AtRemoveDirectory = 0x200;
    private const int AtEmptyPath = 0x1000;
    private const uint RenameNoReplace = 1;
    private const uint StatxBasic = 0x7ff;
    private const int StatBytes = 256;

    // Linux uses different numbers for these two on arm64.
    private static readonly bool IsArm =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private readonly SafeFileHandle _handle;

    private Folder(SafeFileHandle handle) => _handle = handle;

    // Its path as long as it is open, whatever is renamed meanwhile.
    private string Descriptor => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Opens a directory by the path that the administrator chose, symbolic links followed; null if it does
    /// not exist.</summary>
    /// <exception cref="PosixException">It cannot be opened.</exception>
    internal static Folder? Open(string path) =>
        Opened(Handle(open(path, PathOnly | DirectoryOnly | CloseOnExec), out var error), error);

    /// <summary>Opens a directory below this one; null if it does not exist.</summary>
    /// <exception cref="PosixException">It cannot be opened.</exception>
    internal Folder? Find(string path) => Opened(Walk(path, ReadOnly | DirectoryOnly, default, out var error), error);

    /// <summary>Uses a directory below this one, and creates what is missing of it, synced to disk.</summary>
    /// <exception cref="PosixException">It cannot be opened or created.</exception>
    internal T InMade<T>(string path, Func<Folder, T> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var folder = Find(path) ?? MakeEach(path);
                return work(folder);
            }
            catch (PosixException e) when (e.Error == Errno.NoEntry && attempt < Attempts)
            {
                // A concurrent deletion removed an empty folder of the path.
            }
        }
    }

    /// <summary>Opens a file to be read; null if there is none of this name. Devices, pipes and sockets are opened
    /// without blocking; their kind is in <paramref name="facts"/>.</summary>
    /// <exception cref="PosixException">It cannot be opened.</exception>
    internal SafeFileHandle? OpenFile(string path, out FileStatus facts)
    {
        facts = new FileStatus(FileKind.None, 0);
        var handle = Walk(path, ReadOnly | NonBlocking | NoTerminal, default, out var error);
        if (error is Errno.NoEntry or Errno.NotDirectory)
        {
            return null;
        }

        Require(error);
        if (Facts(handle, "", out error) is not { } found)
        {
            handle.Dispose();
            throw new PosixException(error);
        }

        facts = found;
        return handle;
    }

    /// <summary>Creates a file in this folder; null if the name is taken.</summary>
    /// <exception cref="PosixException">It cannot be created; <see cref="Errno.NoEntry"/> if this folder was
    /// removed.</exception>
    internal SafeFileHandle? CreateFile(string name)
    {
        var handle = Walk(name, WriteOnly | Create | Exclusive | NoTerminal, FileMode600, out var error);
        if (error == Errno.Exists)
        {
            return null;
        }

        Require(error);
        return handle;
    }

    /// <summary>Facts of an entry of this folder, links not followed; null if there is none.</summary>
    /// <exception cref="PosixException">They cannot be read.</exception>
    internal FileStatus? Facts(string name)
    {
        var facts = Facts(_handle, name, out var error);
        Require(error, Errno.NoEntry, Errno.NotDirectory);
        return facts;
    }

    /// <summary>Names in this folder, read at once.</summary>
    internal IReadOnlyList<string> Names() =>
        [.. Directory.EnumerateFileSystemEntries(Descriptor).Select(static path => Path.GetFileName(path))];

    /// <summary>Renames an entry without replacing another: 0 or errno.</summary>
    internal int Rename(string name, Folder to, string newName)
    {
        var error = Result(renameat2(_handle, name, to._handle, newName, RenameNoReplace));
        if (error is not (Errno.Invalid or Errno.NotImplemented))
        {
            return error;
        }

        // Network file systems do not support this rename, but a hard link never replaces an entry either.
        error = Result(linkat(_handle, name, to._handle, newName, 0));
        return error == 0 ? Result(unlinkat(_handle, name, 0)) : error;
    }

    /// <summary>Removes a file; a missing one is not an error.</summary>
    /// <exception cref="PosixException">It cannot be removed.</exception>
    internal void Remove(string name) => Require(Result(unlinkat(_handle, name, 0)), Errno.NoEntry);

    /// <summary>Removes an empty folder; false if it is not empty.</summary>
    /// <exception cref="PosixException">It cannot be removed.</exception>
    internal bool RemoveFolder(string name) => Result(unlinkat(_handle, name, AtRemoveDirectory)) switch
    {
        0 or Errno.NoEntry => true,
        Errno.NotEmpty or Errno.Exists => false,
        var error => throw new PosixException(error),
    };

    internal void Sync() => Require(Result(fsync(_handle)));

    /// <summary>Bytes that an unprivileged user can still write, and bytes of the whole file system.</summary>
    internal (long Free, long Size) Space()
    {
        var drive = new DriveInfo(Descriptor);
        return (drive.AvailableFreeSpace, drive.TotalSize);
    }

    public void Dispose() => _handle.Dispose();

    private static Folder? Opened(SafeFileHandle handle, int error)
    {
        if (error is Errno.NoEntry or Errno.NotDirectory)
        {
            return null;
        }

        Require(error);
        return new Folder(handle);
    }

    private static void Require(int error, params ReadOnlySpan<int> expected)
    {
        if (error != 0 && !expected.Contains(error))
        {
            throw new PosixException(error);
        }
    }

    private Folder MakeEach(string path)
    {
        var slash = path.IndexOf('/');
        var name = slash < 0 ? path : path[..slash];
        var next = Find(name);
        if (next is null)
        {
            Require(Result(mkdirat(_handle, name, (uint)FolderMode700)), Errno.Exists);

            // The handle of the first folder is a path handle (O_PATH) and cannot be synced.
            using (var parent = Find("") ?? throw new PosixException(Errno.NoEntry))
            {
                parent.Sync();
            }

            next = Find(name) ?? throw new PosixException(Facts(name) is null ? Errno.NoEntry : Errno.NotDirectory);
        }

        if (slash < 0)
        {
            return next;
        }

        using (next)
        {
            return next.MakeEach(path[(slash + 1)..]);
        }
    }

    /// <summary>Opens a path below this folder; the handle is invalid if it cannot be opened. A link or a path leading
    /// out is <see cref="Errno.SymbolicLink"/> or <see cref="Errno.OtherDevice"/>.</summary>
    internal SafeFileHandle Walk(string path, int flags, UnixFileMode mode, out int error)
    {
        var names = path.Length == 0 ? ["."] : path.Split('/');
        if (path.Length > 0 && names.Any(static name => name is "" or "." or ".."))
        {
            error = Errno.OtherDevice;
            return new SafeFileHandle();
        }

        var at = _handle;
        for (var i = 0; ; i++)
        {
            var isLast = i == names.Length - 1;
            var next = Step(at, names[i], isLast ? flags : PathOnly | DirectoryOnly, mode, out error);
            if (at != _handle)
            {
                at.Dispose();
            }

            if (isLast || error != 0)
            {
                return next;
            }

            at = next;
        }
    }

    private static SafeFileHandle Step(SafeFileHandle at, string name, int flags, UnixFileMode mode, out int error)
    {
        SafeFileHandle opened;
        do
        {
            opened = Handle(openat(at, name, flags | CloseOnExec | NoFollow, (uint)mode), out error);
        }
        while (error == Errno.Interrupted);

        // A link in place of a directory is reported as "not a directory".
        if (error == Errno.NotDirectory && Facts(at, name, out _) is { Kind: FileKind.SymbolicLink })
        {
            error = Errno.SymbolicLink;
        }

        return opened;
    }

    // Of an entry of a directory, or of the open file itself if the name is empty.
    private static FileStatus? Facts(SafeFileHandle directory, string name, out int error)
    {
        Span<byte> facts = stackalloc byte[StatBytes];
        error = Result(statx(directory, name, AtSymbolicLinkNoFollow | AtEmptyPath, StatxBasic, facts));
        return error == 0
            ? new FileStatus(
                (FileKind)(BitConverter.ToUInt16(facts[28..]) & 0xf000), BitConverter.ToInt64(facts[40..]))
            : null;
    }

    private static SafeFileHandle Handle(int descriptor, out int error)
    {
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static int Result(int returned) => returned == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(SafeFileHandle directory, string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(SafeFileHandle directory, string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(SafeFileHandle directory, string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(
        SafeFileHandle fromDirectory, string from, SafeFileHandle toDirectory, string to, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int linkat(
        SafeFileHandle fromDirectory, string from, SafeFileHandle toDirectory, string to, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle directory, string path, int flags, uint mask, Span<byte> facts);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);
}

/// <summary>The status of a file in a file system.</summary>
internal sealed record FileStatus(FileKind Kind, long Bytes);

/// <summary>Kinds of files as <c>stat</c> numbers them. Every other number is a device, a pipe or a socket.</summary>
internal enum FileKind
{
    None = 0,

    Directory = 0x4000,

    Regular = 0x8000,

    SymbolicLink = 0xa000,
}

/// <summary>Numbers of errors of Linux.</summary>
internal static class Errno
{
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int Exists = 17;
    internal const int OtherDevice = 18;
    internal const int NotDirectory = 20;
    internal const int Invalid = 22;
    internal const int NotImplemented = 38;
    internal const int NotEmpty = 39;
    internal const int SymbolicLink = 40;
}

/// <summary>A file system call failed.</summary>
/// <param name="error">Its errno.</param>
internal sealed class PosixException(int error) : IOException(Marshal.GetPInvokeErrorMessage(error))
{
    internal int Error => error;

    internal bool LeadsOut => error is Errno.SymbolicLink or Errno.OtherDevice;
}
