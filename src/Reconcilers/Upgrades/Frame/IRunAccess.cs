using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The way to the targets of a kind's objects.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal interface IRunAccess<TEntity, TSpec, TStatus>
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    /// <summary>
    /// Reads the Secrets that an object refers to, and says what access to its targets depends on. Connects to nothing;
    /// a Secret that is missing is for preflight and steps to tell.
    /// </summary>
    Task<RunBinding<TEntity, TSpec, TStatus>> ReadAsync(TEntity entity, CancellationToken cancellationToken);
}
