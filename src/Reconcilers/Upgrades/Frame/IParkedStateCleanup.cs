using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// What a run that rests half way, because it failed, was aborted or is let go, must not leave in its targets for as
/// long as that may last. It is taken away by <see cref="IRunTargets{TEntity, TSpec, TStatus}.CleanUpAsync"/>, and the
/// run goes on later all the same. Pure.
/// </summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal interface IParkedStateCleanup<in TSpec, TStatus>
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    /// <summary>Whether there may be something of it, by the receipts of the plans.</summary>
    bool IsLeft(TSpec spec, TStatus status);

    /// <summary>The status in which it is written down that something is gone.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="status">The status.</param>
    /// <param name="what">Names of what is gone, as the targets gave them.</param>
    /// <param name="at">When that was seen.</param>
    TStatus MarkRemoved(TSpec spec, TStatus status, IReadOnlyCollection<string> what, DateTimeOffset at);
}
