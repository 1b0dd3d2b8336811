namespace Drydock.Reconcilers.Upgrades;

/// <summary>The check that every guard of a verified snapshot makes: the object is the one that was taken, it is
/// verified, and its files exist.</summary>
internal static class SnapshotPresence
{
    /// <summary>Reads it.</summary>
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

        if (snapshot.Status?.Verified != true)
        {
            return GuardReading.Broken(
                $"BackupSnapshot {name} is no longer verified: {Sentences.Close(snapshot.Status?.Message ?? "")}");
        }

        return await missing(snapshot, cancellationToken) is { Count: > 0 } lost
            ? GuardReading.Broken(
                $"Files of BackupSnapshot {name} are missing or have a different size "
                + $"({string.Join(", ", lost.Take(10))}{(lost.Count > 10 ? ", …" : "")}). Check that "
                + $"{StorageText.Describe(snapshot.Spec.Storage)} is the storage that it was written to.")
            : GuardReading.Holds;
    }
}
