namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of every kind: casts once, so that the kind is written with its own types. See
/// <see cref="RunKind"/> for the meaning of the members.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">Its spec.</typeparam>
/// <typeparam name="TStatus">Its status.</typeparam>
/// <param name="json">How objects of the kind are stored.</param>
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
            ? new RunObject(e, ControlAnnotations.Apply(e.Metadata, e.Spec, e.Status), e.Status) { Written = e.Spec }
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

    public sealed override Task<RunBinding> BindAsync(RunObject entity, CancellationToken cancellationToken) =>
        BindAsync((TEntity)entity.Entity, cancellationToken);

    public sealed override string IdentityHash(RunSpec spec) => IdentityHash((TSpec)spec);

    public sealed override string PreflightTimeout(RunSpec spec) => PreflightTimeout((TSpec)spec);

    public sealed override ImpliedHold? Hold(RunSpec spec, Plan plan) => Hold((TSpec)spec, plan);

    public sealed override TimeSpan TimeoutOf(RunSpec spec, PlanStep step) => TimeoutOf((TSpec)spec, step);

    public sealed override string? RollbackRefusal(RunSpec spec, Plan plan) => RollbackRefusal((TSpec)spec, plan);

    public sealed override string? RollbackCost(RunSpec spec, RunStatus status) =>
        RollbackCost((TSpec)spec, (TStatus)status);

    public sealed override Plan CompileRollback(RunSpec spec, RollbackBasis basis) =>
        CompileRollback((TSpec)spec, basis);

    public sealed override RunStatus Summarize(RunSpec spec, RunStatus status, PlanSlot slot, bool isDone) =>
        Summarize((TSpec)spec, (TStatus)status, slot, isDone);

    public sealed override RunStatus Forget(RunStatus status) => Forget((TStatus)status);

    public sealed override RunMilestones Milestones(RunSpec spec) => Milestones((TSpec)spec);

    public sealed override void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status) =>
        AddConditions(conditions, (TSpec)spec, (TStatus)status);

    public sealed override string Success(RunStatus status) => Success((TStatus)status);

    public sealed override string LeftBehind(RunSpec spec, RunStatus status) =>
        LeftBehind((TSpec)spec, (TStatus)status);

    protected abstract Task<RunBinding> BindAsync(TEntity entity, CancellationToken cancellationToken);

    protected virtual TStatus Reduce(TStatus status) => status;

    protected virtual string IdentityHash(TSpec spec) => FieldClasses.Hash(spec, FieldClass.Identity);

    protected abstract string PreflightTimeout(TSpec spec);

    protected virtual ImpliedHold? Hold(TSpec spec, Plan plan) => null;

    protected abstract TimeSpan TimeoutOf(TSpec spec, PlanStep step);

    protected abstract string? RollbackRefusal(TSpec spec, Plan plan);

    protected virtual string? RollbackCost(TSpec spec, TStatus status) =>
        status is { Plan: { } plan, RollbackPlan: null } && RollbackRefusal(spec, plan) is { } refusal
            ? Sentences.Close($"A rollback is not possible: {refusal}")
            : null;

    protected abstract Plan CompileRollback(TSpec spec, RollbackBasis basis);

    protected abstract TStatus Summarize(TSpec spec, TStatus status, PlanSlot slot, bool isDone);

    protected abstract TStatus Forget(TStatus status);

    protected abstract RunMilestones Milestones(TSpec spec);

    protected abstract void AddConditions(ConditionSet conditions, TSpec spec, TStatus status);

    protected abstract string Success(TStatus status);

    protected abstract string LeftBehind(TSpec spec, TStatus status);
}

/// <summary>A hold that follows from another field of the spec than holdBefore.</summary>
/// <param name="Step">The id of the step before which the run waits for an approval.</param>
/// <param name="Because">Why, with the field: part of a sentence.</param>
internal sealed record ImpliedHold(string Step, string Because);
