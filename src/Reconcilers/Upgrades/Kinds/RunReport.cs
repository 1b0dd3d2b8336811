namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the runs of one kind report. Pure.</summary>
internal abstract class RunReport
{
    public abstract RunStatus Summarize(RunSpec spec, RunStatus status, PlanKind slot, bool isDone);

    public abstract RunMilestones Milestones(RunSpec spec);

    /// <summary>Sets conditions that are not milestones. Called after the milestones of the upgrade are set, once a
    /// plan is stored.</summary>
    public abstract void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status);

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

    public sealed override RunMilestones Milestones(RunSpec spec) => Milestones((TSpec)spec);

    public sealed override void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status) =>
        AddConditions(conditions, (TSpec)spec, (TStatus)status);

    public sealed override string Success(RunStatus status) => Success((TStatus)status);

    public sealed override string LeftBehind(RunSpec spec, RunStatus status) =>
        LeftBehind((TSpec)spec, (TStatus)status);

    protected abstract TStatus Summarize(TSpec spec, TStatus status, PlanKind slot, bool isDone);

    protected abstract RunMilestones Milestones(TSpec spec);

    protected abstract void AddConditions(ConditionSet conditions, TSpec spec, TStatus status);

    protected abstract string Success(TStatus status);

    protected abstract string LeftBehind(TSpec spec, TStatus status);
}
