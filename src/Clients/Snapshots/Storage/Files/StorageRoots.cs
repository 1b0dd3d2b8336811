namespace Drydock.Clients.Snapshots;

/// <summary>The directories that the administrator configured for directory storages (<c>--storage-root</c>), and the
/// folder of each namespace below them. Below a root every namespace has its own folder, which the operator adds to the
/// path; with <see cref="Shared"/> all namespaces share the whole root.</summary>
public sealed class StorageRoots
{
    private readonly List<StorageRoot> _roots;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="paths">Absolute paths, none within another. Empty: no directory can be used as storage.</param>
    /// <param name="shared">Whether the namespaces share the roots.</param>
    /// <param name="limit">How long one call may take before its root counts as hung.</param>
    /// <exception cref="ArgumentException">The paths are wrong (<see cref="Problem"/>).</exception>
    public StorageRoots(
        IReadOnlyList<string> paths, bool shared = false, TimeSpan? limit = null, TimeProvider? time = null)
    {
        if (Problem(paths) is { } problem)
        {
            throw new ArgumentException(problem, nameof(paths));
        }

        Shared = shared;
        _roots = [.. paths.Select(path => new StorageRoot(path, limit, time))];
    }

    public bool Shared { get; }

    /// <summary>Where a spec that names no storage stores its files: the first root; null if there is none.</summary>
    public string? Default => _roots.FirstOrDefault()?.Path;

    public static string? Problem(IReadOnlyList<string> paths)
    {
        if (paths.FirstOrDefault(static p => Names(p) is null or []) is { } bad)
        {
            return $"--storage-root '{bad}' is not usable. Use the absolute path of a directory, without '.' and '..', "
                + "and not '/'.";
        }

        var plain = paths.Select(static p => "/" + string.Join('/', Names(p)!)).ToList();
        return (
            from one in plain.Index()
            from other in plain.Index()
            where one.Index != other.Index && (other.Item + "/").StartsWith(one.Item + "/", StringComparison.Ordinal)
            select $"--storage-root '{other.Item}' is inside --storage-root '{one.Item}'. "
                + "No root may contain another.").FirstOrDefault();
    }

    /// <summary>The storage for a path of a spec.</summary>
    /// <param name="path">The path: a root, or a folder below one, without the namespace's folder.</param>
    /// <param name="namespace">Namespace of the object whose spec it is.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotAllowed"/>: the path is not below a root.
    /// Nothing is looked up, so the message reveals nothing about existing files.</exception>
    public DirectorySnapshotStorage Open(string path, string? @namespace)
    {
        if (Find(path) is not var (root, folder))
        {
            throw new SnapshotException(
                SnapshotFailure.NotAllowed,
                _roots.Count == 0
                    ? $"storage.directory.path '{path}' cannot be used, because the operator was started without "
                        + "--storage-root. Use storage.s3, or have an administrator add --storage-root to the operator."
                    : $"storage.directory.path '{path}' is not below a storage root of the operator "
                        + $"({string.Join(", ", _roots.Select(static r => r.Path))}). "
                        + "Use a path below one of them, or have an administrator add --storage-root to the operator.");
        }

        if (Shared)
        {
            return new DirectorySnapshotStorage(root, folder);
        }

        return IsLabel(@namespace)
            ? new DirectorySnapshotStorage(root, folder.Length == 0 ? @namespace! : $"{@namespace}/{folder}")
            : throw new SnapshotException(
                SnapshotFailure.NotAllowed,
                $"storage.directory.path '{path}' cannot be used without a namespace, because each namespace has its "
                    + "own folder below it.");
    }

    /// <summary>The directory for a path of a spec, for messages; the path itself if it is not allowed.</summary>
    public string Locate(string path, string? @namespace)
    {
        return Find(path) is var (root, folder)
            ? string.Join(
                '/', new[] { root.Path, Shared ? "" : @namespace ?? "", folder }.Where(static part => part.Length > 0))
            : path;
    }

    /// <summary>How much room each root has. A root that does not answer, or does not exist, is missing from the
    /// answer.</summary>
    public async Task<IReadOnlyList<RootSpace>> SpaceAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(_roots.Select(root => SpaceAsync(root, cancellationToken)))).OfType<RootSpace>()];

    private static async Task<RootSpace?> SpaceAsync(StorageRoot root, CancellationToken cancellationToken)
    {
        try
        {
            var (free, size) = await root.RunAsync(
                "read the free space", static folder => folder.Space(), cancellationToken);
            return new RootSpace(root.Path, free, size);
        }
        catch (Exception exception) when (exception is SnapshotException or IOException)
        {
            // The user of the root reports what is wrong with it.
            return null;
        }
    }

    private static string[]? Names(string path) =>
        path.StartsWith('/')
            && path.Split('/', StringSplitOptions.RemoveEmptyEntries) is var names
            && !names.Any(static n => n is "." or ".." || n.Any(char.IsControl))
            ? names
            : null;

    // The name of a namespace is a DNS label; anything else must not become part of a path.
    private static bool IsLabel(string? name) =>
        name is { Length: > 0 and <= 63 }
            && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private (StorageRoot Root, string Folder)? Find(string path) =>
        Names(path) is { } names
            && _roots.Find(r => names.AsSpan().StartsWith(Names(r.Path))) is { } root
            ? (root, string.Join('/', names[Names(root.Path)!.Length..]))
            : null;
}

/// <summary>The room that a storage root has.</summary>
/// <param name="Bytes">Bytes that can still be written.</param>
/// <param name="Size">Bytes of the whole file system.</param>
public sealed record RootSpace(string Root, long Bytes, long Size);
