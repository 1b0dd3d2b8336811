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

    public PlanSlots Plans => field ??= new PlanSlots(Cleanup);

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

/// <summary>What messages and commands call a kind.</summary>
/// <param name="Resource">The name that kubectl takes.</param>
/// <param name="Examines">The subject of preflight, after "Checking ": <c>hosts and processes</c>.</param>
/// <param name="PastUndo">The event that ends the undo: <c>processes were stopped</c>.</param>
/// <param name="BeforeUndoEnds">The same event while it has not happened, after "before": <c>a process was
/// stopped</c>.</param>
internal sealed record RunNames(
    string Kind, string Resource, string Examines, string PastUndo, string BeforeUndoEnds)
{
    public static RunNames Of<TEntity>(string kind, string examines, string pastUndo, string beforeUndoEnds) => new(
        kind,
        typeof(TEntity).GetCustomAttribute<KubernetesEntityShortNamesAttribute>()?.ShortNames[0]
            ?? kind.ToLowerInvariant(),
        examines,
        pastUndo,
        beforeUndoEnds);
}

/// <summary>Where the runs of a kind wait for an approval. Pure.</summary>
internal class RunHolds
{
    /// <summary>A hold that no holdBefore names; null for none.</summary>
    public virtual ImpliedHold? Implied(RunSpec spec, PlanProgress plan) => null;

    /// <summary>Where a hold stands that names a phase which this plan lacks; otherwise the name itself.</summary>
    public virtual string Place(PlanProgress plan, string hold) => hold;
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
