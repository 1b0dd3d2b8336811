using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What access to an object's targets depends on now.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="AccessKey"> Changes whenever something does that a person mends access by: endpoints, Secrets,
/// timeouts. What has failed is then tried again at once.
/// </param>
/// <param name="TargetsKey"> Changes whenever the connections must be made anew. Control fields do not count: pausing
/// must not take the connections from under what runs.
/// </param>
/// <param name="Bind">Binds the targets; given is what to call when something happens on one of them, from any thread,
/// which does not block.</param>
internal sealed record RunBinding<TEntity, TSpec, TStatus>(
    string AccessKey, string TargetsKey, Func<Action, IRunTargets<TEntity, TSpec, TStatus>> Bind)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new();
