namespace Drydock.Reconcilers.Upgrades;

/// <summary>Whether the runs of one kind can be rolled back, what that costs, and the plan of it. Pure.</summary>
internal abstract class RunRollback
{
    /// <summary>Whether an abort undoes what was done.</summary>
    /// <param name="steps">The steps that the plan may have.</param>
    public virtual bool AbortUndoes(StepRegistry steps, PlanProgress plan) => !steps.IsPastUndo(plan);

    /// <summary>Whether new data may have been written that a rollback would lose: from then on a failure never starts
    /// a rollback automatically. Once true it stays true. Always false for a kind whose rollback keeps the
    /// data.</summary>
    public virtual bool HasNewData(PlanProgress plan) => false;

    /// <summary>Why this plan can never be rolled back, even after a repair. A requested rollback is then refused with
    /// this reason, and rollbackPolicy OnFailure leaves a failure as it is. Null if a rollback may be possible; always
    /// null before <see cref="StepRegistry.IsPastUndo"/>, because until then everything is undone.</summary>
    public abstract string? Refusal(RunSpec spec, PlanProgress plan);

    /// <summary>Why a rollback is not possible since the clean-up began; null before.</summary>
    public virtual string? CleanedUp(RunStatus status) => null;

    public RollbackStatus? Cost(RunSpec spec, RunStatus status) =>
        status is not { Plan: { } plan, RollbackPlan: null } ? null
        : (Refusal(spec, plan) ?? CleanedUp(status)) is { } refusal
            ? new RollbackStatus { Cost = Sentences.Close($"A rollback is not possible: {refusal}") }
        : new RollbackStatus { Possible = true, Cost = Loss(status) };

    /// <summary>The line of a consent that says what a rollback costs after what it agrees to; null if none is
    /// possible then.</summary>
    /// <param name="after">The status with the records that the steps then have.</param>
    public string? CostAfter(RunSpec spec, RunStatus after) =>
        after is not { Plan: { } plan, RollbackPlan: null } || Refusal(spec, plan) is not null ? null
        : LossAfter(spec, after) is { } loss ? $"A rollback after that {loss}"
        : "A rollback after that costs nothing.";

    /// <summary>The rollback plan; without steps if nothing was changed, also for an empty plan.</summary>
    public abstract Plan Compile(RunSpec spec, RollbackBasis basis);

    /// <summary>The status while a rollback is wanted, runs or has ended: without what is asked of the administrator
    /// only if the new version stays. If the rollback is cancelled before it begins, <see cref="RunReport.Summarize"/>
    /// composes that again.</summary>
    public abstract RunStatus Wanted(RunStatus status);

    /// <summary>What a rollback that is possible destroys; null for nothing.</summary>
    protected abstract string? Loss(RunStatus status);

    /// <summary>Continues "A rollback after that": what it loses, and how long it takes as far as known. Null if there
    /// is nothing to undo.</summary>
    protected abstract string? LossAfter(RunSpec spec, RunStatus after);
}

/// <summary>The <see cref="RunRollback"/> of one kind, with its own types.</summary>
internal abstract class RunRollback<TSpec, TStatus> : RunRollback
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    public sealed override string? Refusal(RunSpec spec, PlanProgress plan) => Refusal((TSpec)spec, plan);

    public sealed override Plan Compile(RunSpec spec, RollbackBasis basis) =>
        Compile((TSpec)spec, (TStatus?)basis.Status, basis);

    public sealed override RunStatus Wanted(RunStatus status) => Wanted((TStatus)status);

    protected sealed override string? Loss(RunStatus status) => Loss((TStatus)status);

    protected sealed override string? LossAfter(RunSpec spec, RunStatus after) =>
        LossAfter((TSpec)spec, (TStatus)after);

    protected abstract string? Refusal(TSpec spec, PlanProgress plan);

    protected abstract Plan Compile(TSpec spec, TStatus? status, RollbackBasis basis);

    protected virtual TStatus Wanted(TStatus status) => status;

    protected virtual string? Loss(TStatus status) => null;

    protected abstract string? LossAfter(TSpec spec, TStatus after);
}
