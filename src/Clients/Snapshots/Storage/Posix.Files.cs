using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>File system calls relative to an open directory.</summary>
internal static partial class Posix
{
    internal const int NotPermitted = 1;
    internal const int Interrupted = 4;
    internal const int OtherDevice = 18;
    internal const int NotDirectory = 20;
    internal const int NotEmpty = 39;
    internal const int SymbolicLink = 40;

    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int NoTerminal = 0x100;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExecFlag = 0x80000;
    internal const int PathOnly = 0x200000;

    // RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH.
    private const ulong ResolveBeneath = 0x02 | 0x04 | 0x08;
    private const long OpenAt2 = 437;
    private const int AtRemoveDirectory = 0x200;
    private const int AtSymbolicLinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const uint RenameNoReplace = 1;
    private const uint StatxBasic = 0x7ff;
    private const int StatxBytes = 256;
    private const int StatvfsBytes = 256;

    // Linux uses different numbers for these two on arm64.
    internal static int DirectoryOnly { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm
        ? 0x4000
        : 0x10000;

    internal static int NoFollow { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm
        ? 0x8000
        : 0x20000;

    /// <summary>Opens a path that the administrator chose, symbolic links followed; the handle is invalid if it
    /// cannot be opened.</summary>
    internal static SafeFileHandle Open(string path, int flags, out int error) =>
        Handle(open(path, flags | CloseOnExecFlag), out error);

    /// <summary>Opens a path below a directory: no symbolic link, no magic link and no <c>..</c> leads out of it, even
    /// with concurrent renames. The kernel may lack the call (before 5.6, or a seccomp profile from before it): then
    /// <paramref name="error"/> is <see cref="NotImplemented"/> or <see cref="NotPermitted"/>.</summary>
    internal static SafeFileHandle OpenBeneath(
        SafeFileHandle directory, string path, int flags, UnixFileMode mode, out int error)
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(flags | CloseOnExecFlag),
            Mode = (flags & Create) == 0 ? 0 : (ulong)mode,
            Resolve = ResolveBeneath,
        };
        return Handle((int)openat2(OpenAt2, directory, path, ref how, Marshal.SizeOf<OpenHow>()), out error);
    }

    /// <summary>Opens one name in a directory; a symbolic link is not followed.</summary>
    internal static SafeFileHandle OpenEntry(
        SafeFileHandle directory, string name, int flags, UnixFileMode mode, out int error) =>
        Handle(openat(directory, name, flags | CloseOnExecFlag | NoFollow, (uint)mode), out error);

    internal static int MakeDirectory(SafeFileHandle directory, string name, UnixFileMode mode) =>
        Result(mkdirat(directory, name, (uint)mode));

    internal static int RemoveFile(SafeFileHandle directory, string name) => Result(unlinkat(directory, name, 0));

    /// <summary>0 or errno; a directory that is not empty is kept.</summary>
    internal static int RemoveDirectory(SafeFileHandle directory, string name) =>
        Result(unlinkat(directory, name, AtRemoveDirectory));

    /// <summary>Renames without replacing: 0 or errno.</summary>
    internal static int RenameExclusive(
        SafeFileHandle fromDirectory, string from, SafeFileHandle toDirectory, string to)
    {
        var error = Result(renameat2(fromDirectory, from, toDirectory, to, RenameNoReplace));
        if (error is not (Invalid or NotImplemented))
        {
            return error;
        }

        // Network file systems do not support this rename, but a hard link never replaces an entry either.
        error = Result(linkat(fromDirectory, from, toDirectory, to, 0));
        return error == 0 ? RemoveFile(fromDirectory, from) : error;
    }

    internal static int Sync(SafeFileHandle file) => Result(fsync(file));

    /// <summary>Facts of an entry of a directory, or of the open file itself if the name is empty; null with errno if
    /// there are none.</summary>
    internal static FileStatus? Facts(SafeFileHandle directory, string name, out int error)
    {
        Span<byte> facts = stackalloc byte[StatxBytes];
        error = Result(statx(directory, name, AtSymbolicLinkNoFollow | AtEmptyPath, StatxBasic, facts));
        return error == 0
            ? new FileStatus(
                (FileKind)(BitConverter.ToUInt16(facts[28..]) & 0xf000),
                BitConverter.ToInt64(facts[40..]),
                DateTimeOffset.UnixEpoch.AddSeconds(BitConverter.ToInt64(facts[112..])).AddTicks(
                    BitConverter.ToUInt32(facts[120..]) / 100))
            : null;
    }

    /// <summary>Bytes that an unprivileged user can still write, and bytes of the whole file system; null with
    /// errno.</summary>
    internal static (long Free, long Size)? Space(SafeFileHandle directory, out int error)
    {
        Span<byte> facts = stackalloc byte[StatvfsBytes];
        error = Result(fstatvfs(directory, facts));
        return error == 0 ? (Blocks(facts, facts[32..]), Blocks(facts, facts[16..])) : null;

        static long Blocks(Span<byte> facts, Span<byte> count) => (long)UInt128.Min(
            long.MaxValue, (UInt128)BitConverter.ToUInt64(facts[8..]) * BitConverter.ToUInt64(count));
    }

    /// <summary>Names in a directory, without <c>.</c> and <c>..</c>, read at once.</summary>
    internal static List<string> Names(SafeFileHandle directory, out int error)
    {
        var names = new List<string>();
        var listing = fdopendir(directory);
        if (listing == 0)
        {
            error = Marshal.GetLastPInvokeError();
            directory.Dispose();
            return names;
        }

        // From here on the directory stream owns the descriptor.
        directory.SetHandleAsInvalid();
        nint entry;
        while ((entry = readdir(listing)) != 0)
        {
            // struct dirent of 64-bit Linux: inode, offset, record length, kind, name.
            if (Marshal.PtrToStringUTF8(entry + 19) is { } name and not ("." or ".."))
            {
                names.Add(name);
            }
        }

        error = Marshal.GetLastPInvokeError();
        _ = closedir(listing);
        return names;
    }

    internal static string Message(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static SafeFileHandle Handle(int descriptor, out int error)
    {
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static int Result(int returned) => returned == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long openat2(long number, SafeFileHandle directory, string path, ref OpenHow how, nint size);

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
    private static partial int fstatvfs(SafeFileHandle directory, Span<byte> facts);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint fdopendir(SafeFileHandle directory);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readdir(nint listing);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int closedir(nint listing);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
