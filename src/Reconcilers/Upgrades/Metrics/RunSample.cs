namespace Drydock.Reconcilers.Upgrades;

/// <summary>What metrics and traces show of one object, read from its spec and status only.</summary>
internal sealed record RunSample
{
    public required string Kind { get; init; }

    public required V1ObjectMeta Metadata { get; init; }

    public required ObservedStatus? Status { get; init; }

    /// <summary>Database engine; empty for other kinds.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Version before the upgrade; empty for kinds without versions.</summary>
    public string From { get; init; } = "";

    /// <summary>Version after the upgrade; empty for kinds without versions.</summary>
    public string To { get; init; } = "";

    public IReadOnlyList<PlanProgress> Plans { get; init; } = [];

    public PlanProgress? Active { get; init; }

    /// <summary>Since when the target is down because of this run; null while it is not.</summary>
    public DateTimeOffset? DowntimeSince => Run?.DowntimeSince;

    public TimeSpan? Downtime =>
        KubernetesDuration.TryParse(Run?.Downtime, out var downtime) ? downtime : null;

    /// <summary>Whether the object was a <see cref="CustomKubernetesEntity.IsReduced"/> copy.</summary>
    public bool IsReduced { get; init; }

    /// <summary>Whether nothing more happens unless the object is changed.</summary>
    public bool HasEnded { get; init; }

    public RunStatus? Run => Status as RunStatus;

    public string Phase => Status?.Phase ?? "";

    /// <summary>Why the object is in its state, as a stable word; empty before the first write.</summary>
    public string Reason => Find(ConditionTypes.Ready)?.Reason ?? "";

    public string? Result =>
        Find(ConditionTypes.Failed) is { Status: "True", Reason: Reasons.Aborted } ? RunResults.Aborted
        : Is(ConditionTypes.RolledBack)
            ? Is(ConditionTypes.Failed) ? RunResults.RolledBackAfterFailure : RunResults.RolledBack
        : Is(ConditionTypes.Failed) ? RunResults.Failed
        : Is(ConditionTypes.Succeeded) ? RunResults.Succeeded
        : null;

    public DateTimeOffset? EndedAt =>
        HasEnded ? Status?.FinishedAt ?? Find(ConditionTypes.Ready)?.LastTransitionTime : null;

    public DateTimeOffset? PhaseSince =>
        Active?.Steps.Where(s => s.Phase == Phase).Min(s => s.StartedAt) ?? Phase switch
        {
            RunPhases.RollingBack => Run?.RollbackPlan?.CompiledAt,
            RunPhases.Planned => Find(ConditionTypes.Ready)?.LastTransitionTime,
            RunPhases.Failed => Find(ConditionTypes.Stalled)?.LastTransitionTime,
            _ => HasEnded ? EndedAt : Status?.StartedAt,
        };

    /// <summary>The number of the attempt that runs, or ran last; counts from 1.</summary>
    public int Attempt => Run is { } run ? RunTokens.Attempt(run) : 1;

    public bool Is(string type) => Find(type)?.Status == "True";

    public Condition? Find(string type) => Status?.Conditions.Find(c => c.Type == type);

    /// <summary>The sample of an upgrade; the kind adds what only it knows.</summary>
    public static RunSample OfRun<TSpec, TStatus>(string kind, CustomKubernetesEntity<TSpec, TStatus> upgrade)
        where TSpec : RunSpec, new()
        where TStatus : RunStatus, new()
    {
        var status = upgrade.Status;
        var sample = new RunSample
        {
            Kind = kind,
            Metadata = upgrade.Metadata,
            IsReduced = upgrade.IsReduced,
            Status = status,
            Plans = status?.Plans ?? [],
            Active = status?.RollbackPlan ?? status?.Plan,
        };
        return sample with { HasEnded = sample.Is(ConditionTypes.Ready) || sample.Is(ConditionTypes.RolledBack) };
    }
}

/// <summary>How runs end: values of a label, which never change.</summary>
internal static class RunResults
{
    public const string Succeeded = "succeeded";
    public const string RolledBack = "rolled_back";
    public const string RolledBackAfterFailure = "rolled_back_after_failure";
    public const string Failed = "failed";
    public const string Aborted = "aborted";

    /// <summary>The object was removed while its target was down, as with its namespace.</summary>
    public const string Abandoned = "abandoned";

    public static IReadOnlyList<string> OfUpgrades { get; } =
        [Succeeded, RolledBack, RolledBackAfterFailure, Failed, Aborted, Abandoned];

    public static IReadOnlyList<string> OfOthers { get; } = [Succeeded, Failed];
}

/// <summary>How metrics and traces read objects of one kind.</summary>
/// <param name="Results">How objects of the kind may end.</param>
internal sealed record RunSampling<TEntity>(string Kind, IReadOnlyList<string> Results, Func<TEntity, RunSample> Read);

/// <summary>The objects of one kind, for metrics.</summary>
internal sealed record RunSource(string Kind, IReadOnlyList<string> Results, Func<IEnumerable<RunSample>> Samples);

/// <summary>Is told every change of an object.</summary>
internal interface IRunObserver
{
    /// <summary>Called for each change, in order for one object. Must return quickly and not throw.</summary>
    /// <param name="before">The former state; null if the object is new to this process.</param>
    void Changed(RunSample? before, RunSample now);

    /// <summary>Called when an object is gone; as <see cref="Changed"/>.</summary>
    void Gone(RunSample last)
    {
    }
}

internal sealed record StepAttempt(Step Step, DateTimeOffset StartedAt, DateTimeOffset EndedAt);

/// <summary>Finds the attempts of steps that have ended, in plans. Pure.</summary>
internal static class StepAttempts
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Retried = "retried";

    /// <summary>The attempts that ended between two states of one object, with their outcome.</summary>
    /// <param name="at">When an attempt ended whose end is not recorded because another one follows.</param>
    public static IEnumerable<(StepAttempt Attempt, string Outcome)> EndedBetween(
        RunSample before, PlanProgress plan, DateTimeOffset at)
    {
        // Another plan of the same object may have steps of the same names.
        var same = before.Plans.FirstOrDefault(p => IsSame(p, plan));
        if (same is not null && before.IsReduced)
        {
            // An object is reduced when it is inert: every attempt of its plans had ended.
            return [];
        }

        var former = same?.Steps.ToDictionary(step => step.Id, StringComparer.Ordinal);
        return plan.Steps
            .Select(step => EndedBetween(
                former?.GetValueOrDefault(step.Id) ?? step with { Record = StepRecord.None }, step, at))
            .OfType<(StepAttempt, string)>();
    }

    public static IEnumerable<StepAttempt> Recorded(PlanProgress plan) =>
        plan.Steps.Where(HasEnded).Select(Last);

    private static (StepAttempt, string)? EndedBetween(Step was, Step step, DateTimeOffset at) =>
        HasEnded(step) && !HasEnded(was)
            ? (Last(step), step.State == StepState.Succeeded ? Succeeded : Failed)
            : was is { StartedAt: { } began, State: StepState.Running } && step.State == StepState.Pending
                && step.StartedAt is null
            ? (new StepAttempt(was with { Record = was.Record with { Reason = step.Reason } }, began, at), Retried)
            : null;

    // A step that failed before it acted has no start.
    private static StepAttempt Last(Step step) =>
        new(step, step.StartedAt ?? step.FinishedAt!.Value, step.FinishedAt!.Value);

    private static bool HasEnded(Step step) =>
        step is { State: StepState.Succeeded or StepState.Failed, FinishedAt: not null };

    private static bool IsSame(PlanProgress one, PlanProgress other) => one.Hash == other.Hash && one.Id == other.Id;
}
