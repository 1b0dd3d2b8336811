using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>Takes named locks on the metadata database for steps that write to it.</summary>
internal static class MetadataLocks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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
