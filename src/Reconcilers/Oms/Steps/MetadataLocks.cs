namespace Drydock.Reconcilers.Oms;

/// <summary>Takes named locks on the metadata database for steps that write to it.</summary>
internal static class MetadataLocks
{
    // Servers refuse longer names.
    private const int LongestName = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static string Of(string purpose, string database) => purpose.Length + database.Length <= LongestName
        ? purpose + database
        : purpose + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..32];

    public static async Task<IMetadataLock> LockAsync(
        this IOmsMetadata metadata, string name, CancellationToken cancellationToken) =>
        await metadata.TryLockAsync(name, Patience, cancellationToken)
        ?? throw new StepActionException(
            Reasons.LockUnavailable,
            $"Session {await metadata.LockHolderAsync(name, cancellationToken)} holds the lock {name} "
            + "on the metadata database. The step is retried.");
}
