namespace Drydock.Reconcilers.Upgrades;

/// <summary>The traces of runs: one for each attempt of an object, below the span whose id status.traceparent has. Each
/// span is sent when what it is about has ended, with times from the status. Only the leader sends. Costs nothing while
/// there is no listener.</summary>
internal sealed class RunSpans(Func<bool> leads, TimeProvider time) : IRunObserver
{
    public const string SourceName = "Drydock.Runs";

    // Steps that ended so shortly before the last one may have been written with it.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the span that all others of the attempt are below, and which says that it began. Its id is the
    /// traceparent. To be stopped, and thereby sent, when the traceparent is stored.</summary>
    public static Activity Begin(string kind, V1ObjectMeta metadata, RunStatus status)
    {
        var name = NameOf(kind, metadata);
        var begun = Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext))
            ?? new Activity(name).Start();
        foreach (var (key, value) in About(kind, metadata, RunTokens.Attempt(status)))
        {
            begun.SetTag(key, value);
        }

        // Requests to the API server are no part of it.
        Activity.Current = null;
        return begun;
    }

    /// <summary>The span of the run; null if the status has none yet.</summary>
    public static ActivityContext? Of(ObservedStatus? status) =>
        ActivityContext.TryParse((status as RunStatus)?.Traceparent, null, out var context) ? context : null;

    public void Changed(RunSample? before, RunSample now)
    {
        if (!Source.HasListeners() || !leads())
        {
            return;
        }

        if (before is null || before.Metadata.Uid != now.Metadata.Uid)
        {
            Resume(now);
            return;
        }

        // What ended began in the attempt before, if there was a retry at the same time.
        var parent = Of(before.Status) ?? Of(now.Status);
        foreach (var (attempt, outcome) in now.Plans.SelectMany(
            plan => StepAttempts.EndedBetween(before, plan, time.GetUtcNow())))
        {
            Send(now, parent, before.Attempt, attempt, outcome);
        }

        if (now.Result is not null && now.Result != before.Result)
        {
            SendWholes(now, Of(now.Status));
        }
    }

    /// <summary>Sends the steps that ended last once more: the process that stored their end may have been killed
    /// before it sent them.</summary>
    public static void Resume(RunSample run)
    {
        if (run.HasEnded || !Source.HasListeners())
        {
            return;
        }

        var since = Began(run);
        var ended = run.Plans.SelectMany(StepAttempts.Recorded).Where(step => step.EndedAt >= since).ToList();
        foreach (var step in ended.Where(step => step.EndedAt > ended.Max(other => other.EndedAt) - Moment))
        {
            var outcome = step.Step.State == StepState.Succeeded ? StepAttempts.Succeeded : StepAttempts.Failed;
            Send(run, Of(run.Status), run.Attempt, step, outcome);
        }
    }

    private static void Send(RunSample run, ActivityContext? parent, int number, StepAttempt attempt, string outcome)
    {
        var step = attempt.Step;
        Send(
            step.Id,
            parent,
            (attempt.StartedAt, attempt.EndedAt),
            [
                .. About(run.Kind, run.Metadata, number),
                new("drydock.phase", step.Phase),
                new("drydock.step", step.Id),
                new("drydock.step.attempt", $"{step.Attempt}"),
                new("drydock.action", step.Action),
                new("drydock.outcome", outcome),
                new("drydock.node", step.Node),
                new("drydock.reason", step.Reason),
            ],
            outcome == StepAttempts.Succeeded ? null : step.Reason ?? Reasons.StepFailed);
    }

    // The attempt as a whole and its rollback, or the only span of a kind without traceparent. An attempt that failed
    // or succeeded was sent when it did; one that was rolled back in the middle ends when its rollback begins.
    private static void SendWholes(RunSample run, ActivityContext? parent)
    {
        if (run.Result is not (RunResults.RolledBack or RunResults.RolledBackAfterFailure))
        {
            Whole(parent is null ? "" : " attempt", Began(run), Ended(run));
            return;
        }

        var turned = run.Run?.RollbackPlan?.CompiledAt ?? Ended(run);
        if (run.Run?.Plan is { } plan && !plan.IsDone
            && !plan.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown))
        {
            Whole(" attempt", Began(run), turned);
        }

        Whole(" rollback", turned, Ended(run));

        void Whole(string part, DateTimeOffset began, DateTimeOffset ended) => Send(
            NameOf(run.Kind, run.Metadata) + part,
            parent,
            (began, ended),
            [
                .. About(run.Kind, run.Metadata, run.Attempt),
                new("drydock.outcome", run.Result),
                new("drydock.reason", run.Reason),
                new("drydock.engine", run.Engine),
                new("drydock.from", run.From),
                new("drydock.to", run.To),
            ],
            run.Result is RunResults.Succeeded or RunResults.RolledBack ? null : run.Reason);
    }

    // Names only; never a parameter of a step.
    private static void Send(
        string name,
        ActivityContext? parent,
        (DateTimeOffset Began, DateTimeOffset Ended) times,
        IEnumerable<KeyValuePair<string, string?>> attributes,
        string? failure)
    {
        using var span = Source.StartActivity(
            name,
            ActivityKind.Internal,
            parent ?? default,
            attributes.Where(pair => pair.Value is { Length: > 0 }).Select(
                pair => new KeyValuePair<string, object?>(pair.Key, pair.Value)),
            startTime: times.Began);
        span?.SetEndTime((times.Ended < times.Began ? times.Began : times.Ended).UtcDateTime);
        if (failure is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure);
        }
    }

    private static string NameOf(string kind, V1ObjectMeta metadata) =>
        $"{kind} {metadata.Namespace}/{metadata.Name}";

    private static KeyValuePair<string, string?>[] About(string kind, V1ObjectMeta metadata, int attempt) =>
    [
        new("drydock.kind", kind),
        new("k8s.namespace.name", metadata.Namespace),
        new("drydock.name", metadata.Name),
        new("drydock.uid", metadata.Uid),
        new("drydock.attempt", $"{attempt}"),
    ];

    private static DateTimeOffset Began(RunSample run) =>
        run.Run?.Attempts.LastOrDefault()?.FinishedAt ?? run.Status?.StartedAt ?? Ended(run);

    private static DateTimeOffset Ended(RunSample run) =>
        run.Find(run.Is(ConditionTypes.RolledBack) ? ConditionTypes.RolledBack
            : run.Is(ConditionTypes.Failed) ? ConditionTypes.Failed
            : ConditionTypes.Succeeded)?.LastTransitionTime
        ?? run.EndedAt ?? DateTimeOffset.UnixEpoch;
}
