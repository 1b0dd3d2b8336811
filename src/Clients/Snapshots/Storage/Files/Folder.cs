using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>An open directory. All calls are relative to its handle, so that no rename or link can change their target.
/// The calls block.</summary>
internal sealed class Folder : IDisposable
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    // A concurrent deletion may remove an empty folder.
    private const int Attempts = 5;

    private readonly SafeFileHandle _handle;
    private readonly ConfinedPath _beneath;

    private Folder(SafeFileHandle handle, ConfinedPath beneath) => (_handle, _beneath) = (handle, beneath);

    /// <summary>Opens a directory by the path that the administrator chose; null if it does not exist.</summary>
    /// <exception cref="PosixException">It cannot be opened.</exception>
    internal static Folder? Open(string path, ConfinedPath beneath)
    {
        var handle = Posix.Open(path, Posix.PathOnly | Posix.DirectoryOnly, out var error);
        return Opened(handle, error, beneath);
    }

    /// <summary>Opens a directory below this one; null if it does not exist.</summary>
    /// <exception cref="PosixException">It cannot be opened.</exception>
    internal Folder? Find(string path) =>
        Opened(
            _beneath.Open(_handle, path, Posix.ReadOnly | Posix.DirectoryOnly, default, out var error),
            error,
            _beneath);

    /// <summary>Opens a directory below this one and creates what is missing of it, synced to disk.</summary>
    /// <exception cref="PosixException">It cannot be opened or created.</exception>
    internal Folder Make(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Find(path) ?? MakeEach(path);
            }
            catch (PosixException e) when (e.Error == Posix.NoEntry && attempt < Attempts)
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
        facts = new FileStatus(FileKind.None, 0, default);
        var handle =
            _beneath.Open(_handle, path, Posix.ReadOnly | Posix.NonBlocking | Posix.NoTerminal, default, out var error);
        if (error is Posix.NoEntry or Posix.NotDirectory)
        {
            return null;
        }

        Require(error);
        if (Posix.Facts(handle, "", out error) is not { } found)
        {
            handle.Dispose();
            throw new PosixException(error);
        }

        facts = found;
        return handle;
    }

    /// <summary>Creates a file in this folder; null if the name is taken.</summary>
    /// <exception cref="PosixException">It cannot be created; <see cref="Posix.NoEntry"/> if this folder was
    /// removed.</exception>
    internal SafeFileHandle? CreateFile(string name)
    {
        var handle = _beneath.Open(
            _handle,
            name,
            Posix.WriteOnly | Posix.Create | Posix.Exclusive | Posix.NoTerminal,
            FileMode600,
            out var error);
        if (error == Posix.Exists)
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
        var facts = Posix.Facts(_handle, name, out var error);
        if (error is not (Posix.NoEntry or Posix.NotDirectory))
        {
            Require(error);
        }

        return facts;
    }

    internal IReadOnlyList<string> Names()
    {
        // A separate handle, because reading moves its position.
        var handle = _beneath.Open(_handle, "", Posix.ReadOnly | Posix.DirectoryOnly, default, out var error);
        Require(error);
        var names = Posix.Names(handle, out error);
        Require(error);
        return names;
    }

    /// <summary>Renames an entry without replacing another: 0 or errno.</summary>
    internal int Rename(string name, Folder to, string newName) =>
        Posix.RenameExclusive(_handle, name, to._handle, newName);

    /// <summary>Removes a file; a missing one is not an error.</summary>
    /// <exception cref="PosixException">It cannot be removed.</exception>
    internal void Remove(string name)
    {
        if (Posix.RemoveFile(_handle, name) is not (0 or Posix.NoEntry) and var error)
        {
            throw new PosixException(error);
        }
    }

    /// <summary>Removes an empty folder; false if it is not empty.</summary>
    /// <exception cref="PosixException">It cannot be removed.</exception>
    internal bool RemoveFolder(string name)
    {
        switch (Posix.RemoveDirectory(_handle, name))
        {
            case 0 or Posix.NoEntry:
                return true;
            case Posix.NotEmpty or Posix.Exists:
                return false;
            case var error:
                throw new PosixException(error);
        }
    }

    internal void Sync() => Require(Posix.Sync(_handle));

    /// <summary>Bytes that can still be written, and bytes of the whole file system.</summary>
    /// <exception cref="PosixException">It cannot be asked.</exception>
    internal (long Free, long Size) Space()
    {
        var space = Posix.Space(_handle, out var error);
        Require(error);
        return space!.Value;
    }

    public void Dispose() => _handle.Dispose();

    private static Folder? Opened(SafeFileHandle handle, int error, ConfinedPath beneath)
    {
        if (error is Posix.NoEntry or Posix.NotDirectory)
        {
            return null;
        }

        Require(error);
        return new Folder(handle, beneath);
    }

    private static void Require(int error)
    {
        if (error != 0)
        {
            throw new PosixException(error);
        }
    }

    private Folder MakeEach(string path)
    {
        var at = this;
        try
        {
            foreach (var name in path.Split('/'))
            {
                var next = at.Find(name);
                if (next is null)
                {
                    if (Posix.MakeDirectory(at._handle, name, FolderMode700) is not (0 or Posix.Exists) and var error)
                    {
                        throw new PosixException(error);
                    }

                    // The handle of the first folder is a path handle (O_PATH) and cannot be synced.
                    using (var parent = at.Find("") ?? throw new PosixException(Posix.NoEntry))
                    {
                        parent.Sync();
                    }

                    next = at.Find(name)
                        ?? throw new PosixException(at.Facts(name) is null ? Posix.NoEntry : Posix.NotDirectory);
                }

                if (at != this)
                {
                    at.Dispose();
                }

                at = next;
            }

            return at;
        }
        catch
        {
            if (at != this)
            {
                at.Dispose();
            }

            throw;
        }
    }
}

/// <summary>The status of a file in a file system.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ModifiedAt">When its contents last changed.</param>
internal sealed record FileStatus(FileKind Kind, long Bytes, DateTimeOffset ModifiedAt);

/// <summary>Kinds of files as <c>stat</c> numbers them. Every other number is a device, a pipe or a socket.</summary>
internal enum FileKind
{
    None = 0,

    Directory = 0x4000,

    Regular = 0x8000,

    SymbolicLink = 0xa000,
}

/// <summary>A file system call failed.</summary>
/// <param name="error">Its errno.</param>
internal sealed class PosixException(int error) : IOException(Posix.Message(error))
{
    internal int Error => error;

    internal bool LeadsOut => error is Posix.SymbolicLink or Posix.OtherDevice;
}
