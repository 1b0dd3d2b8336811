namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of every step of a YugabyteDB upgrade: the universe, how long an attempt may take and has taken,
/// and what takes the step back.</summary>
/// <remarks>Some steps run a command that must not run twice. A request to a host or a service that may have been
/// carried out therefore counts as an attempt, unlike in a TiDB upgrade.</remarks>
internal abstract record YugabyteStep : DatabaseStep<YugabyteCluster>
{
    /// <summary>A step notices itself that its time is over, and cleans up. The limit of the engine must be
    /// later.</summary>
    protected static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    protected YugabyteCluster Cluster => Targets;

    // Neither hosts nor processes send events.
    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(500);

    internal static TimeSpan GatePatience(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Verify);

    internal static TimeSpan VerifyPatience(DatabaseRollingUpgradeSpec spec) =>
        GatePatience(spec) + spec.Settle;

    /// <summary>The record of a stored step, for questions without targets; null if it cannot be read.</summary>
    internal static YugabyteStep? Read(Step step) =>
        StepCatalog<YugabyteCluster>.Read(step.Planned) as YugabyteStep;

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Finalize);

    /// <summary>What takes back the effect of the step, once it has begun; null if it has none, or if what takes
    /// another step back covers it.</summary>
    /// <param name="done">The plan with everything that the run did.</param>
    internal virtual YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) => null;

    internal PlannedStep In(DatabaseRollingUpgradeSpec spec, string phase, string? node, IEnumerable<string> after) =>
        In(phase, node, after) with
        {
            Title = Title(spec, node),
            Runs = Told(spec, node),
            Timeout = KubernetesDuration.Format(TimeLimit(spec)),
            Reversible = !IsPointOfNoReturn,
        };

    /// <summary>The instance the step acts on.</summary>
    /// <exception cref="KeyNotFoundException">The step names no node, or the spec no longer lists it.</exception>
    protected DatabaseInstance InstanceOf(StepContext context) => Cluster.Instance(context.Node);

    /// <summary>What was seen; a failure ends the step, because it has waited long enough itself.</summary>
    protected static Observation WithoutRetry(Observation seen) => seen is Observation.Failed failed
        ? throw new StepActionException(failed.Reason, failed.What ?? "", retryable: false)
        : seen;

    protected static TimeSpan Elapsed(StepContext context) => context.Time.GetUtcNow() - Began(context);
}

/// <summary>What takes the effect of a step back.</summary>
/// <param name="Phase">The phase of the rollback it belongs to.</param>
/// <param name="Instance">The instance; null for the whole universe.</param>
/// <param name="Program">What the instance goes back to; null if its program was not replaced.</param>
internal sealed record YugabyteUndo(
    string Phase, string? Instance, YugabyteStep Step, ProgramReplacement? Program = null);
