using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>A directory below a storage root as storage. Files are 0600, folders 0700; files and their folders are
/// synced to disk before a name counts. Symbolic links are not followed, and no path leads out of the
/// directory.</summary>
public sealed class DirectorySnapshotStorage : ISnapshotStorage
{
    // Deeper than any object written by the operator.
    private const int MostDepth = 64;

    private readonly StorageRoot _root;
    private readonly string _folder;
    private readonly string _path;

    /// <summary>Uses a folder below a root. It is created by the first write.</summary>
    /// <param name="folder">The folder, names separated by <c>/</c>; empty for the root itself.</param>
    internal DirectorySnapshotStorage(StorageRoot root, string folder)
    {
        _root = root;
        _folder = folder;
        _path = folder.Length == 0 ? root.Path : $"{root.Path}/{folder}";
    }

    public string Description => $"directory {_path}";

    public async Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var (folder, leaf) = Split(Below(StorageName.Checked(name)));
        var file = await RunAsync(
            "write",
            name,
            root => root.InMade(folder, parent => parent.CreateFile(leaf) ?? throw this.Taken(name)),
            cancellationToken);
        return new ObjectWriter((content, token) => StoreAsync(file, name, content, token));
    }

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken)
    {
        var (sourceFolder, source) = Split(Below(StorageName.Checked(from)));
        var (targetFolder, target) = Split(Below(StorageName.Checked(to)));
        return RunAsync(
            "publish",
            to,
            root =>
            {
                using var fromFolder = root.Find(sourceFolder) ?? throw this.Missing(from);
                return root.InMade(targetFolder, toFolder =>
                {
                    switch (fromFolder.Rename(source, toFolder, target))
                    {
                        case 0:
                            toFolder.Sync();
                            fromFolder.Sync();
                            return true;
                        case Errno.Exists:
                            throw this.Taken(to);
                        case Errno.NoEntry when fromFolder.Facts(source) is null:
                            throw this.Missing(from);
                        case var error:
                            throw new PosixException(error);
                    }
                });
            },
            cancellationToken);
    }

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var path = Below(StorageName.Readable(name));
        var file = await RunAsync(
            "read",
            name,
            root =>
            {
                var opened = root.OpenFile(path, out var facts) ?? throw this.Missing(name);
                if (facts.Kind == FileKind.Regular)
                {
                    return opened;
                }

                opened.Dispose();
                throw facts.Kind == FileKind.Directory ? this.Missing(name) : NotFile(name);
            },
            cancellationToken);
        return new StorageFile(file, name, _root);
    }

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken)
    {
        var (folder, leaf) = Split(Below(StorageName.Readable(name)));
        return RunAsync<SnapshotObjectInfo?>(
            "stat",
            name,
            root =>
            {
                using var parent = root.Find(folder);
                return parent?.Facts(leaf) switch
                {
                    null or { Kind: FileKind.Directory } => null,
                    { Kind: FileKind.Regular } file => new SnapshotObjectInfo(name, file.Bytes),
                    { Kind: FileKind.SymbolicLink } => throw new PosixException(Errno.SymbolicLink),
                    _ => throw NotFile(name),
                };
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var end = prefix.LastIndexOf('/');
        var folder = end < 0 ? "" : StorageName.Checked(prefix[..end]);
        return RunAsync<IReadOnlyList<SnapshotObjectInfo>>(
            "list",
            prefix,
            root =>
            {
                var found = new List<SnapshotObjectInfo>();
                using (var start = root.Find(Below(folder)))
                {
                    Collect(start, folder, found, depth: 0);
                }

                return [
                    .. found.Where(o => o.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(static o => o.Name,
                        StringComparer.Ordinal)];
            },
            cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var path = StorageName.Checked(name);
        var (folder, leaf) = Split(Below(path));
        return RunAsync(
            "delete",
            name,
            root =>
            {
                Remove(root, folder, leaf);
                RemoveEmptyFolders(root, Split(path).Folder);
                return true;
            },
            cancellationToken);
    }

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => RunAsync<long?>(
        "stat",
        _path,
        root =>
        {
            using var folder = root.Find(_folder);
            return (folder ?? root).Space().Free;
        },
        cancellationToken);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        StorageMark.EnsureAsync(this, _root.Time, cancellationToken);

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        StorageMark.ReadAsync(this, cancellationToken);

    private static (string Folder, string Leaf) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private static string Join(string folder, string name) =>
        folder.Length == 0 ? name : name.Length == 0 ? folder : $"{folder}/{name}";

    private async Task StoreAsync(
        SafeFileHandle file, string name, PipeReader content, CancellationToken cancellationToken)
    {
        var (folder, leaf) = Split(Below(name));
        var isDurable = false;
        try
        {
            await StorageFile.WriteAsync(file, name, _root, content, cancellationToken);
            isDurable = await RunAsync("write", name, root => SyncFolder(root, folder), cancellationToken);
        }
        finally
        {
            _root.Post($"close '{name}'", file.Dispose);
            if (!isDurable)
            {
                try
                {
                    await RunAsync("remove", name, root => Remove(root, folder, leaf), CancellationToken.None);
                }
                catch (SnapshotException)
                {
                    // A file that remains has a temporary name, and the next attempt removes it. The caller reports the
                    // failure that led here.
                }
            }
        }
    }

    private static bool SyncFolder(Folder root, string path)
    {
        using var folder = root.Find(path) ?? throw new PosixException(Errno.NoEntry);
        folder.Sync();
        return true;
    }

    private static bool Remove(Folder root, string path, string name)
    {
        using var folder = root.Find(path);
        if (folder is not null)
        {
            folder.Remove(name);
            folder.Sync();
        }

        return true;
    }

    // Links and everything else that is neither file nor folder is ignored.
    private static void Collect(Folder? folder, string name, List<SnapshotObjectInfo> found, int depth)
    {
        if (folder is null || depth > MostDepth)
        {
            return;
        }

        foreach (var entry in folder.Names())
        {
            switch (folder.Facts(entry))
            {
                case { Kind: FileKind.Regular } file:
                    found.Add(new SnapshotObjectInfo(Join(name, entry), file.Bytes));
                    break;
                case { Kind: FileKind.Directory }:
                    using (var below = folder.Find(entry))
                    {
                        Collect(below, Join(name, entry), found, depth + 1);
                    }

                    break;
            }
        }
    }

    // Of a name below this storage; the storage's own folder stays.
    private void RemoveEmptyFolders(Folder root, string path)
    {
        while (path.Length > 0)
        {
            var (folder, leaf) = Split(path);
            using var parent = root.Find(Below(folder));
            if (parent?.RemoveFolder(leaf) != true)
            {
                return;
            }

            path = folder;
        }
    }

    private string Below(string name) => Join(_folder, name);

    private SnapshotException NotFile(string name) =>
        new(SnapshotFailure.NotAllowed, $"'{name}' in {Description} is not a regular file. Put the file itself there.");

    private async Task<T> RunAsync<T>(
        string verb, string name, Func<Folder, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _root.RunAsync($"{verb} '{Below(name)}'", work, cancellationToken);
        }
        catch (PosixException e) when (e.LeadsOut)
        {
            throw new SnapshotException(
                SnapshotFailure.NotAllowed,
                $"'{name}' in {Description} is a symbolic link or is behind one. "
                    + "Links are not followed, so put the file itself there.",
                e);
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot {verb} '{name}' in {Description}: {Sentences.Close(e.Message)}",
                e);
        }
    }
}
