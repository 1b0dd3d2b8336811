namespace Drydock.Reconcilers.Upgrades;

/// <summary>Everything that the frame does not know itself about one kind of run: what its specs and steps mean, what
/// it reports, its rollback and how its targets are reached. The frame provides the rest: fresh reads, tokens,
/// preflight with back-off and claim, the stored plan and its run, holds and windows, deletion, terminal states,
/// conditions and events. All members but <see cref="BindAsync"/> are pure. A kind derives from
/// <see cref="RunKind{TEntity, TSpec, TStatus}"/>.</summary>
internal abstract class RunKind
{
    public abstract string Name { get; }

    public abstract string Resource { get; }

    public abstract JsonTypeInfo StatusJson { get; }

    /// <summary>The subject of preflight, after "Checking ": <c>hosts and processes</c>.</summary>
    public abstract string Examines { get; }

    public abstract string PastUndo { get; }

    /// <summary>The same event while it has not happened, after "before": <c>a process was stopped</c>.</summary>
    public abstract string BeforeUndoEnds { get; }

    public virtual IRunCleanup? Cleanup => null;

    public virtual IParkedStateCleanup? ParkedState => null;

    /// <summary>How a step is repeated on restored data if its outcome is unknown; null for a kind without such
    /// steps.</summary>
    public virtual IRunRedo? Redo => null;

    public PlanSlots Plans => field ??= new PlanSlots(Cleanup);

    public abstract RunObject Read(IKubernetesObject entity);

    public abstract IKubernetesObject WithStatus(IKubernetesObject entity, RunStatus status);

    public abstract IKubernetesObject Reduce(IKubernetesObject entity);

    public abstract RunStatus NewStatus();

    /// <summary>Reads the Secrets that an object refers to and determines what access to its targets depends on.
    /// Connects to nothing; a missing Secret is reported by preflight and steps.</summary>
    public abstract Task<RunBinding> BindAsync(RunObject entity, CancellationToken cancellationToken);

    /// <summary>The identity fields of a spec, without those that have their defaults.</summary>
    public abstract JsonObject IdentityOf(RunSpec spec);

    public string IdentityHash(RunSpec spec) => FieldClasses.Hash(IdentityOf(spec));

    public abstract string PreflightTimeout(RunSpec spec);

    public virtual ImpliedHold? Hold(RunSpec spec, PlanProgress plan) => null;

    /// <summary>The steps that a plan for this spec may have.</summary>
    public abstract StepRegistry Steps(RunSpec spec);

    /// <summary>Whether an abort undoes what was done.</summary>
    public virtual bool AbortUndoes(RunSpec spec, PlanProgress plan) => !Steps(spec).IsPastUndo(plan);

    /// <summary>Where a hold stands that names a phase which this plan lacks; otherwise the name itself.</summary>
    public virtual string HoldIn(PlanProgress plan, string hold) => hold;

    /// <summary>How long an automatic rollback waits after a failure that may be accepted.</summary>
    public virtual TimeSpan AcceptWithin(RunSpec spec) => TimeSpan.Zero;

    /// <summary>Whether new data may have been written that a rollback would lose: from then on a failure never starts
    /// a rollback automatically. Once true it stays true. Always false for a kind whose rollback keeps the
    /// data.</summary>
    public virtual bool HasNewData(PlanProgress plan) => false;

    public virtual IReadOnlyList<string> MustBeFree(string targetIdentity, PlanProgress plan) => [];

    /// <summary>Why this plan can never be rolled back, even after a repair. A requested rollback is then refused with
    /// this reason, and rollbackPolicy OnFailure leaves a failure as it is. Null if a rollback may be possible; always
    /// null before <see cref="StepRegistry.IsPastUndo"/>, because until then everything is undone.</summary>
    public abstract string? RollbackRefusal(RunSpec spec, PlanProgress plan);

    public virtual string? RollbackCost(RunSpec spec, RunStatus status) =>
        status is { Plan: { } plan, RollbackPlan: null } && RollbackRefusal(spec, plan) is { } refusal
            ? Sentences.Close($"A rollback is not possible: {refusal}")
            : null;

    /// <summary>The rollback plan; without steps if nothing was changed, also for an empty plan.</summary>
    public abstract Plan CompileRollback(RunSpec spec, RollbackBasis basis);

    public abstract RunStatus Summarize(RunSpec spec, RunStatus status, PlanSlot slot, bool isDone);

    /// <summary>The status while a rollback is wanted, runs or has ended: without what is asked of the administrator
    /// only if the new version stays. If the rollback is cancelled before it begins, <see cref="Summarize"/> composes
    /// that again.</summary>
    public virtual RunStatus ForRollback(RunStatus status) => status;

    /// <summary>The status of an object that restarts from preflight, without the reports of its former plans. The
    /// frame resets its own fields.</summary>
    public abstract RunStatus Forget(RunStatus status);

    public abstract RunMilestones Milestones(RunSpec spec);

    /// <summary>Sets conditions that are not milestones. Called after the milestones of the upgrade are set, once a
    /// plan is stored.</summary>
    public virtual void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status)
    {
    }

    /// <summary>What the message of a success says besides the number of steps: empty, or text that begins with <c>,
    /// </c> or <c>; </c>.</summary>
    public abstract string Success(RunStatus status);

    public abstract string LeftBehind(RunSpec spec, RunStatus status);
}

/// <summary>The base of every kind: what follows from its types.</summary>
internal abstract class RunKind<TEntity, TSpec, TStatus>(string name, JsonTypeInfo<TEntity> json) : RunKind
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    public sealed override string Name => name;

    public sealed override string Resource { get; } =
        typeof(TEntity).GetCustomAttribute<KubernetesEntityShortNamesAttribute>()?.ShortNames[0]
        ?? name.ToLowerInvariant();

    public sealed override JsonTypeInfo StatusJson { get; } = json.Options.GetTypeInfo(typeof(TStatus));

    public sealed override RunObject Read(IKubernetesObject entity) =>
        entity is TEntity e
            ? new RunObject(e, ControlAnnotations.Apply(e.Metadata, e.Spec, e.Status), e.Status)
            {
                Written = e.Spec,
                Slots = Plans,
            }
            : throw new ArgumentException($"not a {name}", nameof(entity));

    public sealed override IKubernetesObject WithStatus(IKubernetesObject entity, RunStatus status) =>
        (TEntity)entity with { Status = (TStatus)status };

    public sealed override IKubernetesObject Reduce(IKubernetesObject entity) =>
        entity is TEntity { Status: { } status } e
            ? e with
            {
                IsReduced = true,
                Metadata = ReducedObject.Metadata(e.Metadata),
                Status = Reduce((TStatus)ReducedObject.Status(status)),
            }
            : entity;

    public sealed override RunStatus NewStatus() => new TStatus();

    public override JsonObject IdentityOf(RunSpec spec) => FieldClasses.Select((TSpec)spec, FieldClass.Identity);

    protected virtual TStatus Reduce(TStatus status) => status;
}

/// <summary>A hold that is not in holdBefore: it follows from another field of the spec, or from the plan.</summary>
/// <param name="Step">The id of the step, or the phase, before which the run waits for an approval.</param>
/// <param name="Because">Why, with the field. It continues "Held before STEP: ".</param>
internal sealed record ImpliedHold(string Step, string Because);

/// <summary>The input of a rollback plan.</summary>
internal sealed record RollbackBasis(PlanProgress Plan)
{
    /// <summary>The run had succeeded. Data written since may be lost, so the rollback is held until it is approved
    /// (<see cref="Plan.Hold"/>).</summary>
    public bool AfterSuccess { get; init; }

    public bool Unattended { get; init; }

    public RunStatus? Status { get; init; }

    /// <summary>Further notes for the reader: data that will be lost, the age of a backup.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
