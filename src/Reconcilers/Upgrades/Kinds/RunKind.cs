namespace Drydock.Reconcilers.Upgrades;

/// <summary>Everything that the frame does not know itself about one kind of run, in groups: a flow takes the group
/// that it needs. The frame provides the rest: fresh reads, tokens, preflight with back-off and claim, the stored plan
/// and its run, holds and windows, deletion, terminal states, conditions and events. All members but
/// <see cref="BindAsync"/> are pure. What one step means is asked of its type (<see cref="Steps"/>).</summary>
internal abstract class RunKind
{
    public abstract RunNames Names { get; }

    public abstract RunForm Form { get; }

    public abstract RunRollback Rollback { get; }

    public abstract RunReport Report { get; }

    public virtual RunHolds Holds { get; } = new();

    public virtual IRunCleanup? Cleanup => null;

    public virtual IParkedStateCleanup? ParkedState => null;

    /// <summary>How a step is repeated on restored data if its outcome is unknown; null for a kind without such
    /// steps.</summary>
    public virtual IRunRedo? Redo => null;


    /// <summary>The steps that a plan for this spec may have.</summary>
    public abstract StepRegistry Steps(RunSpec spec);

    /// <summary>Reads the Secrets that an object refers to and determines what access to its targets depends on.
    /// Connects to nothing; a missing Secret is reported by preflight and steps.</summary>
    public abstract Task<RunBinding> BindAsync(RunObject run, CancellationToken cancellationToken);

    public virtual IReadOnlyList<string> MustBeFree(string targetIdentity, PlanProgress plan) => [];
}

/// <summary>The base of the kinds of the product: their own types.</summary>
internal abstract class RunKind<TEntity, TSpec> : RunKind
    where TEntity : IKubernetesObject
    where TSpec : RunSpec
{
    public sealed override StepRegistry Steps(RunSpec spec) => Steps((TSpec)spec);

    public sealed override Task<RunBinding> BindAsync(RunObject run, CancellationToken cancellationToken) =>
        BindAsync((TEntity)run.Entity, cancellationToken);

    protected abstract StepRegistry Steps(TSpec spec);

    protected abstract Task<RunBinding> BindAsync(TEntity entity, CancellationToken cancellationToken);
}
