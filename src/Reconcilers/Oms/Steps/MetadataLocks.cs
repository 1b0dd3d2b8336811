using System.Security.Cryptography;
using System.Text;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>Takes named locks on the metadata database for steps that write to it.</summary>
internal static class MetadataLocks
{
    // Servers refuse longer names.
    private const int LongestName = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The name of the lock of one database; of a long name of a database its hash.</summary>
    /// <param name="purpose">What is locked; the name begins with it.</param>
    /// <param name="database">The database.</param>
    public static string Of(string purpose, string database) => purpose.Length + database.Length <= LongestName
        ? purpose + database
        : purpose + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..32];

    /// <summary>The lock, held by a session of its own.</summary>
    /// <exception cref="StepActionException">Another session holds the lock.</exception>
    public static async Task<IMetadataLock> LockAsync(
        this IOmsMetadata metadata, string name, CancellationToken cancellationToken) =>
        await metadata.TryLockAsync(name, Patience, cancellationToken)
        ?? throw new StepActionException(
            Reasons.LockUnavailable,
            $"Session {await metadata.LockHolderAsync(name, cancellationToken)} holds the lock {name} "
            + "on the metadata database. The step is retried.");
}
