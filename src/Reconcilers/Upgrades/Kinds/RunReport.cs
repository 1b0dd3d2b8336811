namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the runs of one kind report. Pure.</summary>
internal abstract class RunReport
{
    public abstract RunStatus Summarize(RunSpec spec, RunStatus status, PlanKind slot, bool isDone);

    /// <summary>What the system is, as the steps that are done and under way show it, and since when if a step says it.
    /// Asked once a plan is stored.</summary>
    public abstract (SystemState State, DateTimeOffset? Since) System(RunSpec spec, RunStatus status);

    /// <summary>What the message of a success says besides the number of steps: empty, or text that begins with <c>,
    /// </c> or <c>; </c>.</summary>
    public abstract string Success(RunStatus status);

    public abstract string LeftBehind(RunSpec spec, RunStatus status);
}

/// <summary>The <see cref="RunReport"/> of one kind, with its own types.</summary>
internal abstract class RunReport<TSpec, TStatus> : RunReport
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    public sealed override RunStatus Summarize(RunSpec spec, RunStatus status, PlanKind slot, bool isDone) =>
        Summarize((TSpec)spec, (TStatus)status, slot, isDone);

    public sealed override (SystemState State, DateTimeOffset? Since) System(RunSpec spec, RunStatus status) =>
        System((TSpec)spec, (TStatus)status);

    public sealed override string Success(RunStatus status) => Success((TStatus)status);

    public sealed override string LeftBehind(RunSpec spec, RunStatus status) =>
        LeftBehind((TSpec)spec, (TStatus)status);

    protected abstract TStatus Summarize(TSpec spec, TStatus status, PlanKind slot, bool isDone);

    protected abstract (SystemState State, DateTimeOffset? Since) System(TSpec spec, TStatus status);

    protected abstract string Success(TStatus status);

    protected abstract string LeftBehind(TSpec spec, TStatus status);
}
