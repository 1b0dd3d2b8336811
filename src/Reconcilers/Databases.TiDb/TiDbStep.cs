namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of every step of a TiDB upgrade. Steps decide from observed state and are idempotent, so a request
/// that did not reach its target, or whose answer was lost, is sent again until the step times out.</summary>
internal abstract record TiDbStep : StepBase<TiDbTargets>, ITimedStep
{
    /// <summary>Receipt key: since when the step has been trying or waiting.</summary>
    public const string SinceKey = "since";

    /// <summary>Steps of an instance, the backup and the raising of limits time out themselves and clean up: the
    /// engine's own limit comes so much later.</summary>
    public static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    protected DatabaseRollingUpgradeSpec Spec => Targets.Spec;

    protected override bool IsRepeatable => true;

    public virtual TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => KubernetesDuration.Parse(spec.Timeouts.Swap);

    internal virtual string Title(DatabaseRollingUpgradeSpec spec, string? node) => Title(node);

    /// <summary>What the step has changed for a while, or may have changed, and has to be taken back: a function of its
    /// arguments and of everything the run did.</summary>
    /// <param name="own">The step, which has begun.</param>
    /// <param name="spec">The spec with all its instances.</param>
    internal virtual IEnumerable<Leftover> Undo(PlanStep own, Plan run, DatabaseRollingUpgradeSpec spec) => [];

    /// <summary>Whether a stored step has this verb for an instance.</summary>
    protected static bool IsOf(PlanStep step, string verb) =>
        step.Node is { } node && step.Id.EndsWith($"/{node}/{verb}", StringComparison.Ordinal);

    /// <summary>Whether a stored step acted, and what it changed was not removed since.</summary>
    protected static bool HasActed(PlanStep step, Plan run) => step.Attempt > 0 && !CleanedUpSteps.Is(run, step);

    protected DatabaseInstance Instance(StepContext context) => Targets.Instance(context.Node);

    protected static DateTimeOffset Began(StepContext context) => AttemptClock.Began(context);

    /// <summary>The receipt so far; at first, the start of the wait.</summary>
    protected static Task<IReadOnlyDictionary<string, string>> SinceAsync(StepContext context, DateTimeOffset now) =>
        Task.FromResult(
            context.Receipt(SinceKey) is not null ? Receipt(context) : Entry(SinceKey, Timestamps.Text(now)));

    /// <summary>Observes; a cluster that cannot answer for a moment (its leader moves, a server starts) is waited for
    /// until the step times out.</summary>
    protected static async Task<Observation> PatientlyAsync(Func<Task<Observation>> observe)
    {
        try
        {
            return await observe();
        }
        catch (TargetException exception) when (exception is not HostException)
        {
            // A host that cannot be observed is an unknown outcome, which the engine reports.
            return new Observation.Running(exception.Message);
        }
    }
}

/// <summary>A step that knows how long one attempt of it may take.</summary>
internal interface ITimedStep
{
    TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec);
}

/// <summary>The base of the guards of a TiDB upgrade: while an instance that this upgrade stopped is down, every guard
/// holds, so that the instance can be started. The cluster may be unreadable then, and leaving the instance down would
/// be worse than anything they guard against.</summary>
internal abstract record TiDbGuard : GuardBase<TiDbTargets>
{
    public sealed override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken) =>
        await IsDownAsync(plan, cancellationToken)
            ? GuardReading.Holds
            : await ReadAsync(plan, cancellationToken);

    protected abstract Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken);

    private async Task<bool> IsDownAsync(Plan plan, CancellationToken cancellationToken)
    {
        var begun = plan.Steps.Find(s => s is { State: not StepState.Succeeded, Attempt: > 0 }
            && (s.Is<SwapInstance>() || VerifyInstance.Is(s)));
        return begun?.Node is { } name
            && !(await Targets.Hosts.Instance(name).LookAsync(cancellationToken)).IsAlive;
    }
}
