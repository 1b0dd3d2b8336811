using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The targets of one object, bound to its spec and Secrets as they are now. A change of those binds other targets and
/// disposes of these; every other change of the object comes by <see cref="Refresh"/>. The last members are optional.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal interface IRunTargets<TEntity, TSpec, TStatus> : IAsyncDisposable
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    /// <summary>Takes the object as read anew; endpoints and Secrets are the same ones.</summary>
    void Refresh(TEntity entity);

    /// <summary>Takes every secret known so far out of a text.</summary>
    string Redact(string text);

    /// <summary>
    /// The actions and guard checks of the kind's plans, bound to these targets. Asked at every advance.
    /// </summary>
    IStepCatalog Catalog();

    /// <summary>
    /// One pass of preflight: everything that can be found out without changing anything, all findings of the pass.
    /// Ends when cancelled; what it throws otherwise is told as a defect.
    /// </summary>
    Task<RunPreflight<TSpec, TStatus>> PreflightAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Looks in the world why there is no way back now, which a person may mend; null if there is one. Changes nothing,
    /// and throws nothing of what a target may answer.
    /// </summary>
    /// <param name="status">The status with the plans.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    Task<string?> FindObstacleAsync(TStatus status, CancellationToken cancellationToken);

    /// <summary>What must be known before a run that succeeded is taken back: notes of the plan.</summary>
    Task<IReadOnlyList<string>> RollbackNotesAsync(TStatus status, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>
    /// What keeps a process that has just taken a run over from going on with its plan (a storage that is not the one
    /// preflight marked); null if nothing does. Asked again until it is null, then no more.
    /// </summary>
    Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) => Task.FromResult<Blocker?>(null);

    /// <summary>
    /// Takes away what a run that rests must not leave in the targets: called beside the reconcile while the kind's
    /// <see cref="RunKind{TEntity, TSpec, TStatus}.Rest"/> says that something may be left, again and again until it is
    /// gone. Decides by what the targets show; asks the fence before each change.
    /// </summary>
    Task<ParkedStateResult> CleanUpAsync(TStatus status, CancellationToken cancellationToken) => Task.FromResult(ParkedStateResult.Nothing);

    /// <summary>
    /// Follows events of the targets from now on, as far as access allows. Called again and again; must not throw for
    /// what a target or a Secret is like.
    /// </summary>
    void FollowEvents()
    {
    }

    /// <summary>The output of commands; null for a kind whose steps keep none.</summary>
    IStepOutputs? Outputs => null;
}
