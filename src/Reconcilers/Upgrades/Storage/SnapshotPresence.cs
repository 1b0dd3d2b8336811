namespace Drydock.Reconcilers.Upgrades;

/// <summary>The check that every guard of a verified snapshot makes: the object is the one that was taken, it is
/// verified, and its files exist.</summary>
internal static class SnapshotPresence
{
    /// <exception cref="SnapshotException">The storage cannot be read.</exception>
    public static async Task<GuardReading> ReadAsync(
        IKubernetesClient kubernetes,
        string? @namespace,
        string name,
        string? uid,
        string purpose,
        Func<BackupSnapshot, CancellationToken, Task<IReadOnlyList<string>>> missing,
        CancellationToken cancellationToken)
    {
        var snapshot = await kubernetes.GetAsync<BackupSnapshot>(name, @namespace, cancellationToken);
        if (snapshot is null || snapshot.Metadata.Uid != uid)
        {
            return GuardReading.Broken(
                $"BackupSnapshot {name} does not exist any longer: {purpose}. Its files remain unless its "
                + "deletionPolicy was Delete.");
        }

        if (snapshot.Status?.Verified is null)
        {
            return GuardReading.Broken(
                $"BackupSnapshot {name} is no longer verified: {Sentences.Close(snapshot.Status?.Message ?? "")}");
        }

        return await missing(snapshot, cancellationToken) is { Count: > 0 } lost
            ? GuardReading.Broken(
                $"Files of BackupSnapshot {name} are missing or have a different size "
                + $"({string.Join(", ", lost.Take(10))}{(lost.Count > 10 ? ", …" : "")}). Check that "
                + $"{snapshot.StoredIn().Describe()} is the storage that it was written to.")
            : GuardReading.Holds;
    }

    /// <summary>The files that are missing or have another size; empty: all are there. Reads none of them.</summary>
    /// <exception cref="SnapshotException">The storage cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> MissingAsync(
        IStorages storages, BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(snapshot.StoredIn(), snapshot.Metadata.Namespace, cancellationToken);
        var missing = new List<string>();
        if (snapshot.Status?.SnapshotID is { } id
            && new SnapshotLocation(place, snapshot.Spec.PathPrefix ?? "", id).ManifestName is var manifest
            && await place.StatAsync(manifest, cancellationToken) is null)
        {
            missing.Add(manifest);
        }

        foreach (var database in snapshot.Status?.Databases ?? [])
        {
            var name = database.File ?? database.Name;
            var stored = await BytesAsync(place, name, cancellationToken);
            if (stored is null || (database.Bytes is { } bytes && stored != bytes))
            {
                missing.Add(name);
            }
        }

        return missing;
    }

    // A database is one object, or with mydumper all objects below its name.
    private static async Task<long?> BytesAsync(
        ISnapshotStorage place, string name, CancellationToken cancellationToken)
    {
        if (await place.StatAsync(name, cancellationToken) is { } stored)
        {
            return stored.Bytes;
        }

        var parts = await place.ListAsync(name.TrimEnd('/') + "/", cancellationToken);
        return parts.Count == 0 ? null : parts.Sum(p => p.Bytes);
    }
}

/// <summary>The API reasons for failures of the snapshot client.</summary>
internal static class SnapshotReasons
{
    public static string Of(SnapshotFailure failure) => failure switch
    {
        SnapshotFailure.DatabaseMissing => Reasons.DatabaseNotFound,
        SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch or SnapshotFailure.RowCountMismatch
            or SnapshotFailure.CatalogueMismatch or SnapshotFailure.ContentMismatch
            or SnapshotFailure.ManifestInvalid =>
                Reasons.SnapshotInvalid,
        SnapshotFailure.StorageUnusable => Reasons.StorageUnusable,
        SnapshotFailure.InvalidRequest or SnapshotFailure.NotAllowed => Reasons.InvalidSpec,
        SnapshotFailure.NotFound or SnapshotFailure.BeingRemoved => Reasons.SnapshotMissing,
        SnapshotFailure.ForeignSnapshot => Reasons.ForeignSnapshot,
        SnapshotFailure.IdentityMissing or SnapshotFailure.SecretMissing => Reasons.SecretMissing,
        SnapshotFailure.ServerFull => Reasons.NoSpace,
        SnapshotFailure.ReadOnlyServer => Reasons.AccessDenied,
        SnapshotFailure.DumpLosesDigits => Reasons.DumpLosesDigits,
        SnapshotFailure.ObjectsHidden => Reasons.ObjectsHidden,
        _ => Reasons.DumpFailed,
    };
}

/// <summary>The API's reasons for a storage that cannot be opened or used.</summary>
internal static class StorageReasons
{
    public static string Of(SnapshotException exception) => exception.Failure switch
    {
        // All other faults of a request to open a storage were refused when the spec was checked.
        SnapshotFailure.InvalidRequest or SnapshotFailure.SecretMissing => Reasons.SecretMissing,
        SnapshotFailure.NotAllowed => Reasons.InvalidSpec,
        _ => Reasons.StorageUnusable,
    };
}

/// <summary>Receipt keys of the BackupSnapshot or SnapshotRestore that a step creates; other steps and kinds read
/// them.</summary>
internal static class SnapshotReceipts
{
    /// <summary>Receipt key: name of the BackupSnapshot; written before the object is created.</summary>
    internal const string SnapshotKey = "snapshot";

    internal const string SnapshotUidFact = "snapshotUid";

    internal const string RestoreKey = "restore";
}
