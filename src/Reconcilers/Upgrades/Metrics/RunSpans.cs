namespace Drydock.Reconcilers.Upgrades;

/// <summary>The traces of runs, read from their status: one trace for each attempt of an object, with one span for the
/// attempt, one for its rollback, and one for each attempt of a step. Ids and times come from the status alone, so that
/// every operator process makes the same spans. Pure.</summary>
internal static class RunSpans
{
    /// <summary>The spans that have ended between two states of one object.</summary>
    /// <param name="at">When an attempt ended whose end is not recorded because another one follows.</param>
    public static IEnumerable<TraceSpan> EndedBetween(RunSample before, RunSample now, DateTimeOffset at)
    {
        foreach (var plan in now.Plans)
        {
            foreach (var (attempt, outcome) in StepAttempts.EndedBetween(before, plan, at))
            {
                yield return Of(now, plan, attempt, outcome);
            }
        }

        if (now.Result is not null && now.Result != before.Result)
        {
            foreach (var whole in Wholes(now))
            {
                yield return whole;
            }
        }
    }

    public static IEnumerable<TraceSpan> Recorded(RunSample run) =>
    [
        .. run.Plans.SelectMany(plan => StepAttempts.Recorded(plan).Select(ended => Of(
            run, plan, ended, ended.Step.State == StepState.Succeeded ? StepAttempts.Succeeded : StepAttempts.Failed))),
        .. run.Result is null ? [] : Wholes(run),
    ];

    private static TraceSpan Of(RunSample run, Plan plan, StepAttempt ended, string outcome)
    {
        var (uid, step) = (Uid(run), ended.Step);
        var attempt = AttemptAt(run, ended.EndedAt);

        // A repetition may have the same number: its first action was not accepted.
        var stepAttempt = Text(plan.AttemptsBefore + step.Attempt)
            + (outcome == StepAttempts.Retried ? $" {ended.StartedAt:O}" : "");
        return new TraceSpan(
            TraceIds.Trace(uid, attempt),
            TraceIds.Step(uid, attempt, plan.Hash, step.Id, stepAttempt),
            TraceIds.Root(uid, attempt),
            step.Id,
            ended.StartedAt,
            ended.EndedAt,
            [
                .. About(run, attempt),
                new("drydock.phase", step.Phase),
                new("drydock.step", step.Id),
                new("drydock.step.attempt", Text(step.Attempt)),
                new("drydock.action", step.Action),
                new("drydock.outcome", outcome),
                .. Optional("drydock.node", step.Node),
                .. Optional("drydock.reason", step.Reason),
            ],
            outcome == StepAttempts.Succeeded ? null : step.Reason ?? Reasons.StepFailed);
    }

    // The run as a whole, and its rollback. A run that failed or succeeded was sent when it did; one that was rolled
    // back in the middle ends with the beginning of its rollback.
    private static IEnumerable<TraceSpan> Wholes(RunSample run)
    {
        var isRolledBack = run.Result is RunResults.RolledBack or RunResults.RolledBackAfterFailure;
        if (!isRolledBack)
        {
            yield return Whole(run, null, Began(run), Ended(run), run.Result!);
            yield break;
        }

        var turned = run.Run?.RollbackPlan?.CompiledAt ?? Ended(run);
        if (run.Run?.Plan is { } plan && !plan.Steps.TrueForAll(s => s.State == StepState.Succeeded)
            && !plan.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown))
        {
            yield return Whole(run, null, Began(run), turned, run.Result!);
        }

        yield return Whole(run, "rollback", turned, Ended(run), run.Result!);
    }

    private static TraceSpan Whole(
        RunSample run, string? part, DateTimeOffset began, DateTimeOffset ended, string result)
    {
        var (uid, attempt) = (Uid(run), run.Attempt);
        var root = TraceIds.Root(uid, attempt);
        var name = $"{run.Kind} {run.Metadata.Namespace}/{run.Metadata.Name}";
        return new TraceSpan(
            TraceIds.Trace(uid, attempt),
            part is null ? root : TraceIds.Part(uid, attempt, part),
            part is null ? null : root,
            part is null ? name : $"{name} {part}",
            began,
            ended < began ? began : ended,
            [
                .. About(run, attempt),
                new("drydock.outcome", result),
                new("drydock.reason", run.Reason),
                .. Optional("drydock.engine", run.Engine),
                .. Optional("drydock.from", run.From),
                .. Optional("drydock.to", run.To),
            ],
            result is RunResults.Succeeded or RunResults.RolledBack ? null : run.Reason);
    }

    private static KeyValuePair<string, string>[] About(RunSample run, int attempt) =>
    [
        new("drydock.kind", run.Kind),
        new("k8s.namespace.name", run.Metadata.Namespace ?? ""),
        new("drydock.name", run.Metadata.Name),
        new("drydock.uid", Uid(run)),
        new("drydock.attempt", Text(attempt)),
    ];

    private static KeyValuePair<string, string>[] Optional(string key, string? value) =>
        value is { Length: > 0 } ? [new(key, value)] : [];

    private static DateTimeOffset Began(RunSample run) =>
        run.Run?.Attempts.LastOrDefault()?.FinishedAt ?? run.Status?.StartedAt ?? Ended(run);

    private static DateTimeOffset Ended(RunSample run) =>
        run.Find(run.Is(ConditionTypes.RolledBack) ? ConditionTypes.RolledBack
            : run.Is(ConditionTypes.Failed) ? ConditionTypes.Failed
            : ConditionTypes.Succeeded)?.LastTransitionTime
        ?? run.EndedAt ?? DateTimeOffset.UnixEpoch;

    // An attempt that ended is in the list with its end; a later moment belongs to the present one.
    private static int AttemptAt(RunSample run, DateTimeOffset moment) =>
        run.Run?.Attempts.Find(attempt => attempt.FinishedAt >= moment)?.Number ?? run.Attempt;

    private static string Uid(RunSample run) => run.Metadata.Uid ?? "";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A piece of work that has ended, as a trace shows it.</summary>
/// <param name="Trace">The trace it belongs to.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The span that contains it; null for the outermost one.</param>
/// <param name="Name">Its name.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Attributes">Names only; never a parameter of a step.</param>
/// <param name="Failure">The reason of its failure; null if it succeeded.</param>
internal sealed record TraceSpan(
    ActivityTraceId Trace,
    ActivitySpanId Id,
    ActivitySpanId? Parent,
    string Name,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    IReadOnlyList<KeyValuePair<string, string>> Attributes,
    string? Failure);
