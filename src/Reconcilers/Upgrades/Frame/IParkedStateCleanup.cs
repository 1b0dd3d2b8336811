namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a run that stopped in the middle (failed, aborted or released), or waits for long (paused, held, a
/// guard that does not hold), must not leave in its targets. <see cref="IRunTargets.CleanUpAsync"/> removes it; the run
/// can continue later all the same. Pure. Kinds implement <see cref="IParkedStateCleanup{TSpec, TStatus}"/>.</summary>
internal interface IParkedStateCleanup
{
    bool MayRemain(RunSpec spec, RunStatus status);

    /// <summary>When it is removed; null if it may stay.</summary>
    /// <param name="isStopped">Whether the run has stopped; otherwise it waits for something.</param>
    DateTimeOffset? RemoveAt(RunSpec spec, RunStatus status, bool isStopped);

    RunStatus MarkRemoved(RunSpec spec, RunStatus status, IReadOnlyCollection<string> names, DateTimeOffset at);
}

/// <summary>The <see cref="IParkedStateCleanup"/> of one kind, with its own types.</summary>
/// <typeparam name="TSpec">Its spec.</typeparam>
/// <typeparam name="TStatus">Its status.</typeparam>
internal interface IParkedStateCleanup<in TSpec, TStatus> : IParkedStateCleanup
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    bool MayRemain(TSpec spec, TStatus status);

    DateTimeOffset? RemoveAt(TSpec spec, TStatus status, bool isStopped) =>
        isStopped ? DateTimeOffset.MinValue : null;

    TStatus MarkRemoved(TSpec spec, TStatus status, IReadOnlyCollection<string> names, DateTimeOffset at);

    bool IParkedStateCleanup.MayRemain(RunSpec spec, RunStatus status) => MayRemain((TSpec)spec, (TStatus)status);

    DateTimeOffset? IParkedStateCleanup.RemoveAt(RunSpec spec, RunStatus status, bool isStopped) =>
        RemoveAt((TSpec)spec, (TStatus)status, isStopped);

    RunStatus IParkedStateCleanup.MarkRemoved(
        RunSpec spec, RunStatus status, IReadOnlyCollection<string> names, DateTimeOffset at) =>
        MarkRemoved((TSpec)spec, (TStatus)status, names, at);
}

/// <summary>The result of one attempt to remove what a stopped run must not leave.</summary>
/// <param name="Removed">Names of items that no longer exist, removed now or before.</param>
/// <param name="Remaining">Descriptions of remaining items, with the reason.</param>
internal sealed record ParkedStateResult(IReadOnlyCollection<string> Removed, IReadOnlyCollection<string> Remaining)
{
    public static ParkedStateResult Nothing { get; } = new([], []);
}
