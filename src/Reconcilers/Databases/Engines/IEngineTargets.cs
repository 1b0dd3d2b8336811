namespace Drydock.Reconcilers.Databases;

/// <summary>The clients of one upgrade of one engine, bound to its spec and Secrets as they are now. Disposed of with
/// them.</summary>
internal interface IEngineTargets : IAsyncDisposable
{
    /// <summary>The actions and guard checks of the engine's plans. Made once for one binding, because actions may
    /// count what they see.</summary>
    IStepCatalog Catalog { get; }

    /// <summary>The processes that the cluster itself reports, from spec.seed on. Changes nothing. Called again with
    /// the processes of the hosts that the last call led to, until no more are found; the upgrade that the targets are
    /// bound to has the instances that were found so far.</summary>
    Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken);

    Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken);

    Task<ParkedStateResult> CleanUpAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken);

    /// <summary>What the cluster itself still knows of an instance that is to be skipped, and how it is removed: whole
    /// sentences. Null if the cluster knows nothing of it.</summary>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">The cluster does not answer.</exception>
    Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken);

    /// <summary>Why an instance that joined is not a healthy member of the new version: whole sentences. Null if it
    /// is.</summary>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">The cluster does not answer.</exception>
    Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken);

    /// <summary>Follows events of the cluster from now on. Called again and again.</summary>
    void FollowEvents()
    {
    }
}
