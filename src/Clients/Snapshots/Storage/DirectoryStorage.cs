using System.Text.Json;

namespace Drydock.Clients.Snapshots;

/// <summary>A directory as storage. Files are 0600, folders 0700; files and their folders are synced to disk before a name counts.</summary>
public sealed class DirectoryStorage : ISnapshotStorage
{
    private const string MarkName = ".drydock-storage.json";
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
            CreateFolder(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                BufferSize = 0,
                UnixCreateMode = FileMode600,
            };
            try
            {
                return new DirectoryObjectWriter(new FileStream(path, options), path);
            }
            catch (IOException) when (File.Exists(path))
            {
                throw Taken(name);
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
            CreateFolder(Path.GetDirectoryName(target)!);
            switch (Posix.RenameExclusive(source, target))
            {
                case 0:
                    break;
                case Posix.Exists:
                    throw Taken(to);
                case Posix.NoEntry:
                    throw Missing(from);
                case var error:
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
        var path = PathOf(name);
        return Guard<Stream>("read", name, () => File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan)
            : throw Missing(name));
    }

    /// <inheritdoc/>
    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(PathOf(name));
        return Guard<SnapshotObjectInfo?>("look at", name, () => file.Exists ? new SnapshotObjectInfo(name, file.Length, ModifiedAt(file)) : null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var folderEnd = prefix.LastIndexOf('/');
        var folder = folderEnd < 0 ? _root : PathOf(prefix[..folderEnd]);
        return Guard<IReadOnlyList<SnapshotObjectInfo>>("list", prefix, () => Directory.Exists(folder)
            ? [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(f => new SnapshotObjectInfo(Path.GetRelativePath(_root, f.FullName), f.Length, ModifiedAt(f)))
                .Where(o => o.Name.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(static o => o.Name, StringComparer.Ordinal)]
            : []);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        return Guard("delete", name, () =>
        {
            var folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
            {
                return true;
            }

            File.Delete(path);
            Posix.SyncDirectory(folder);
            RemoveEmptyFolders(folder);
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
    public async Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken)
    {
        var mark = await ReadMarkAsync(cancellationToken).ConfigureAwait(false)
            ?? new SnapshotStorageMark(Guid.NewGuid().ToString("D"), _time.GetUtcNow());

        // Written in any case: that an old mark can be read does not prove that anything can still be written.
        var temporary = $"{MarkName}.{StorageName.Unique()}{StorageName.Partial}";
        await using (var writer = await CreateAsync(temporary, cancellationToken).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(writer.Content, mark, SnapshotJson.Default.SnapshotStorageMark, cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await PublishAsync(temporary, MarkName, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.AlreadyExists)
        {
            await DeleteAsync(temporary, cancellationToken).ConfigureAwait(false);
        }

        return await ReadMarkAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new SnapshotException(SnapshotFailure.StorageUnusable, $"The mark written to {Description} cannot be read back.");
    }

    /// <inheritdoc/>
    public async Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await OpenReadAsync(MarkName, cancellationToken).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(stream, SnapshotJson.Default.SnapshotStorageMark, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"The mark {MarkName} in {Description} is damaged.", e);
        }
    }

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
