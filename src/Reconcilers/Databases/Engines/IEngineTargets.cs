using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// The clients of one upgrade of one engine, bound to its spec and Secrets as they are now. Disposed of with them.
/// </summary>
internal interface IEngineTargets : IAsyncDisposable
{
    /// <summary>
    /// The actions and guard checks of the engine's plans. Made once for one binding, because actions may count what
    /// they see.
    /// </summary>
    IStepCatalog Catalog { get; }

    /// <summary>One pass of preflight: changes nothing and lists all findings.</summary>
    Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Allows leaders again on the instances for which <see cref="IDatabaseEngine.IsDraining"/> is true; asks the fence
    /// before each change.
    /// </summary>
    Task<ParkedStateResult> CleanUpAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken);

    /// <summary>Follows events of the cluster from now on. Called again and again.</summary>
    void FollowEvents()
    {
    }
}
