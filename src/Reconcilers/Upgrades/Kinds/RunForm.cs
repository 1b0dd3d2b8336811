namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads the objects of one kind and makes them: what follows from its types. Pure.</summary>
internal abstract class RunForm
{
    public abstract JsonTypeInfo StatusJson { get; }

    public abstract RunObject Read(IKubernetesObject entity);

    public abstract IKubernetesObject WithStatus(IKubernetesObject entity, RunStatus status);

    public abstract IKubernetesObject Reduce(IKubernetesObject entity);

    /// <summary>An object as it is once a status is written: its spec has the versions that are found in
    /// that.</summary>
    public RunObject With(RunObject entity, RunStatus status) =>
        entity with { Spec = Read(WithStatus(entity.Entity, status)).Spec };

    public abstract RunStatus NewStatus();

    /// <summary>The status of an object that restarts from preflight, without the reports of its former plans. The
    /// frame resets its own fields.</summary>
    public abstract RunStatus Forget(RunStatus status);

    /// <summary>The identity fields of a spec, without those that have their defaults.</summary>
    public abstract JsonObject IdentityOf(RunSpec spec);

    public string IdentityHash(RunSpec spec) => FieldClasses.Hash(IdentityOf(spec));
}

/// <summary>The <see cref="RunForm"/> of one kind, with its own types.</summary>
internal abstract class RunForm<TEntity, TSpec, TStatus>(JsonTypeInfo<TEntity> json) : RunForm
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    public sealed override JsonTypeInfo StatusJson { get; } = json.Options.GetTypeInfo(typeof(TStatus));

    public sealed override RunObject Read(IKubernetesObject entity) =>
        entity is TEntity e
            ? new RunObject(e, ControlAnnotations.Apply(e.Metadata, Known(e.Spec, e.Status), e.Status), e.Status)
            {
                Written = e.Spec,
            }
            : throw new ArgumentException($"not a {typeof(TEntity).Name}", nameof(entity));

    public sealed override IKubernetesObject WithStatus(IKubernetesObject entity, RunStatus status) =>
        (TEntity)entity with { Status = (TStatus)status };

    public sealed override IKubernetesObject Reduce(IKubernetesObject entity) =>
        entity is TEntity { Status: { } status } e
            ? e with
            {
                IsReduced = true,
                Metadata = ReducedObject.Metadata(e.Metadata),
                Status = Reduced((TStatus)ReducedObject.Status(status)),
            }
            : entity;

    public sealed override RunStatus NewStatus() => new TStatus();

    public sealed override RunStatus Forget(RunStatus status) => Forgotten((TStatus)status);

    public sealed override JsonObject IdentityOf(RunSpec spec) => Identity((TSpec)spec);

    /// <summary>The spec with the versions that preflight found. Steps and planners see the whole spec
    /// complete.</summary>
    protected virtual TSpec Known(TSpec spec, TStatus? status) => spec;

    protected virtual TStatus Reduced(TStatus status) => status;

    protected abstract TStatus Forgotten(TStatus status);

    protected virtual JsonObject Identity(TSpec spec) => FieldClasses.Select(spec, FieldClass.Identity);
}
