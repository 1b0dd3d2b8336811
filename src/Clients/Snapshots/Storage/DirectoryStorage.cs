namespace Drydock.Clients.Snapshots;

/// <summary>A directory as storage. Files are 0600, folders 0700; files and their folders are synced to disk before a name counts.</summary>
public sealed class DirectoryStorage : ISnapshotStorage
{
    // Empty folders are taken away by deletions, maybe just now.
    private const int FolderAttempts = 5;

    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly TimeProvider _time;

    /// <summary>Uses an existing directory.</summary>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public DirectoryStorage(string root, TimeProvider? time = null)
    {
        if (!Path.IsPathFullyQualified(root))
        {
            throw new ArgumentException($"'{root}' is no absolute path.", nameof(root));
        }

        _root = Path.TrimEndingDirectorySeparator(root);
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string Description => $"directory {_root}";

    /// <inheritdoc/>
    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        return Guard<ISnapshotObjectWriter>("write", name, () =>
        {
            RequireRoot();
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                BufferSize = 0,
                UnixCreateMode = FileMode600,
            };
            for (var attempt = 1; ; attempt++)
            {
                CreateFolder(Path.GetDirectoryName(path)!);
                try
                {
                    return new DirectoryObjectWriter(new FileStream(path, options), path);
                }
                catch (DirectoryNotFoundException) when (attempt < FolderAttempts)
                {
                    // A deletion beside this took the empty folder away again.
                }
                catch (IOException) when (File.Exists(path))
                {
                    throw Taken(name);
                }
            }
        });
    }

    /// <inheritdoc/>
    public Task PublishAsync(string from, string to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (source, target) = (PathOf(from), PathOf(to));
        return Guard("publish", to, () =>
        {
            RequireRoot();
            var error = 0;
            for (var attempt = 1; attempt == 1 || (attempt <= FolderAttempts && error == Posix.NoEntry && File.Exists(source)); attempt++)
            {
                CreateFolder(Path.GetDirectoryName(target)!);
                error = Posix.RenameExclusive(source, target);
            }

            switch (error)
            {
                case 0:
                    break;
                case Posix.Exists:
                    throw Taken(to);
                case Posix.NoEntry:
                    throw Missing(from);
                default:
                    throw new IOException($"errno {error}");
            }

            Posix.SyncDirectory(Path.GetDirectoryName(target)!);
            Posix.SyncDirectory(Path.GetDirectoryName(source)!);
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathToRead(name);
        return Guard<Stream>("read", name, () =>
        {
            RequireRoot();
            return File.Exists(path)
                ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan)
                : throw Missing(name);
        });
    }

    /// <inheritdoc/>
    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(PathToRead(name));
        return Guard<SnapshotObjectInfo?>("look at", name, () =>
        {
            RequireRoot();
            return file.Exists ? new SnapshotObjectInfo(name, file.Length, ModifiedAt(file)) : null;
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var folderEnd = prefix.LastIndexOf('/');
        var folder = folderEnd < 0 ? _root : PathOf(prefix[..folderEnd]);
        return Guard<IReadOnlyList<SnapshotObjectInfo>>("list", prefix, () =>
        {
            RequireRoot();
            return Directory.Exists(folder)
                ? [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                    .Select(f => new SnapshotObjectInfo(Path.GetRelativePath(_root, f.FullName), f.Length, ModifiedAt(f)))
                    .Where(o => o.Name.StartsWith(prefix, StringComparison.Ordinal))
                    .OrderBy(static o => o.Name, StringComparer.Ordinal)]
                : [];
        });
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        return Guard("delete", name, () =>
        {
            RequireRoot();
            var folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
            {
                return true;
            }

            try
            {
                File.Delete(path);
                Posix.SyncDirectory(folder);
                RemoveEmptyFolders(folder);
            }
            catch (IOException) when (!Directory.Exists(folder))
            {
                // Whoever deleted the last other object of the folder at the same time took the folder along, and this object was gone by then.
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Guard<long?>("look at", _root, () =>
        {
            RequireRoot();
            return new DriveInfo(_root).AvailableFreeSpace;
        });
    }

    /// <inheritdoc/>
    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) => StorageMark.EnsureAsync(this, _time, cancellationToken);

    /// <inheritdoc/>
    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) => StorageMark.ReadAsync(this, cancellationToken);

    private static DateTimeOffset ModifiedAt(FileInfo file) => new(file.LastWriteTimeUtc, TimeSpan.Zero);

    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        CreateFolder(parent);
        Directory.CreateDirectory(folder, FolderMode700);
        Posix.SyncDirectory(parent);
    }

    private void RemoveEmptyFolders(string folder)
    {
        while (folder.Length > _root.Length && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            var parent = Path.GetDirectoryName(folder)!;
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // Somebody put something into it meanwhile; then it is not empty and stays.
                return;
            }

            folder = parent;
        }
    }

    // Image archives are put there by people, under names of their choice.
    private string PathToRead(string name) => Path.Combine(_root, StorageName.Readable(name));

    private string PathOf(string name) => Path.Combine(_root, StorageName.Checked(name));

    // A missing root is a volume that is not mounted, and must not be made up by creating it.
    private void RequireRoot()
    {
        if (!Directory.Exists(_root))
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"{_root} does not exist; mount the volume or create the directory.");
        }
    }

    private SnapshotException Taken(string name) =>
        new(SnapshotFailure.AlreadyExists, $"'{name}' exists already in {Description} and is not overwritten.");

    private SnapshotException Missing(string name) => new(SnapshotFailure.NotFound, $"There is no '{name}' in {Description}.");

    private Task<T> Guard<T>(string verb, string name, Func<T> action)
    {
        try
        {
            return Task.FromResult(action());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromException<T>(new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot {verb} '{name}' in {Description}: {e.Message}", e));
        }
        catch (SnapshotException e)
        {
            return Task.FromException<T>(e);
        }
    }
}
