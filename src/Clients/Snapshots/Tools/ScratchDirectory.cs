namespace Drydock.Clients.Snapshots;

/// <summary>The directory of one attempt below the scratch root. Creating one removes those left by processes that
/// died: they may contain the unencrypted rows of encrypted snapshots.</summary>
public static class ScratchDirectory
{
    private const string Prefix = "drydock-scratch-";

    /// <exception cref="IOException">The root cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The root may not be listed.</exception>
    public static void RemoveLeft(SnapshotToolOptions options)
    {
        if (Directory.Exists(options.ScratchRoot))
        {
            LockedDirectory.RemoveLeft(options.ScratchRoot, Prefix);
        }
    }

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root is missing or not
    /// writable.</exception>
    internal static LockedDirectory Create(SnapshotToolOptions options)
    {
        var root = options.ScratchRoot;
        try
        {
            if (!Directory.Exists(root))
            {
                throw new SnapshotException(
                    SnapshotFailure.StorageUnusable,
                    $"The scratch directory {root} does not exist. Mount the volume, or create the directory.");
            }

            RemoveLeft(options);
            return LockedDirectory.Create(root, Prefix);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"The scratch directory {root} cannot be used: {Sentences.Close(e.Message)}",
                e);
        }
    }
}

/// <summary>The programs, and their scratch directory. Bare names are looked up in PATH.</summary>
public sealed record SnapshotToolOptions
{
    public string Dump { get; init; } = "mysqldump";

    public string Client { get; init; } = "mysql";

    public string MyDumper { get; init; } = "mydumper";

    public string Age { get; init; } = "age";

    /// <summary>util-linux' setpriv, which ties the lifetime of a child to the operator.</summary>
    public string SetPriv { get; init; } = "setpriv";

    /// <summary>An existing directory below which mydumper gets a separate directory for each attempt, removed on every
    /// exit. It needs little space while the storage keeps up (files are moved to it as they are closed), at most the
    /// rows of the databases dumped in parallel.</summary>
    public string ScratchRoot { get; init; } = Path.GetTempPath();
}
