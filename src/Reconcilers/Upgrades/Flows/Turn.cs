namespace Drydock.Reconcilers.Upgrades;

/// <summary>One object in one reconcile, as it was read or as the last write returned it, and what this process keeps
/// of it. What is decided from a turn is written over the version of that turn or not at all: only
/// <see cref="TurnRunner"/> makes the turn that follows a write.</summary>
/// <param name="Now">By the clock of the operator.</param>
/// <param name="Due">By the clock of the API server.</param>
internal sealed record Turn(
    RunKind Kind, RunSession Session, RunObject Entity, DateTimeOffset Now, DueTime Due)
{
    public RunSpec Spec => Entity.Spec;

    /// <summary>A new one before the first write.</summary>
    public RunStatus Status => Entity.Status ?? Kind.Form.NewStatus();

    /// <summary>The steps that its plans may have.</summary>
    public StepRegistry Steps => Kind.Steps(Spec);

    public V1ObjectMeta Metadata => Entity.Metadata;

    public bool IsDeleted => Metadata.DeletionTimestamp is not null;

    /// <summary>The state to report of a plan under way: a deletion says what it waits for.</summary>
    public RunOutcome Adjust(RunOutcome summary) =>
        IsDeleted ? DeletionFlow.Waiting(this, summary) : summary;

    /// <summary>Whether the spec is no longer the one of the plan that runs. CEL refuses that; an object that was made
    /// again from a backup may have it.</summary>
    public bool IsChanged =>
        Entity.Status is { Plan.SpecHash: { Length: > 0 } compiledFor } status
        && (status.Target?.Claim is not null || status.RollbackPlan is not null)
        && !status.IsUpgraded()
        && !status.IsRolledBack()
        && compiledFor != Kind.Form.IdentityHash(Entity.Written);
}

/// <summary>How a turn ended.</summary>
/// <param name="IsOver">Whether the upgrade, its cleanup or its rollback has finished.</param>
/// <param name="After">When to reconcile again without an event; null leaves it to events.</param>
internal sealed record RunStep(bool IsOver, TimeSpan? After)
{
    public static RunStep AtOnce { get; } = new(false, TimeSpan.FromMilliseconds(1));

    public static RunStep Waits { get; } = new(false, null);
}
