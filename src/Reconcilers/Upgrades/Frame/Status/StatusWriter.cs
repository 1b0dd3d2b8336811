namespace Drydock.Reconcilers.Upgrades;

/// <summary>Writes a status only if it changed, and reports each change as an event.</summary>
internal sealed class StatusWriter(RunKind kind, IRunStore store, ILogger logger)
{
    private readonly StatusComparison _comparison = new(kind);

    /// <summary>Writes the status if it differs; returns the object as stored.</summary>
    public async Task<RunObject> WriteAsync(
        RunObject entity, RunStatus status, bool always, CancellationToken cancellationToken)
    {
        if (!always && _comparison.AreAlike(status, entity.Status))
        {
            return entity;
        }

        var next = StatusWrites.Fit(entity.Status, RunTokens.Trim(entity, status), kind.StatusJson);
        if (!always && _comparison.AreAlike(next, entity.Status))
        {
            return entity;
        }

        var begun = RunSpans.Of(next) is null ? RunSpans.Begin(kind.Name, entity.Metadata, next) : null;
        next = next with { Traceparent = begun?.Id ?? next.Traceparent };
        var written = await store.WriteStatusAsync(entity, next, cancellationToken);
        begun?.Stop();
        Report(entity, written);
        return written;
    }

    private void Report(RunObject before, RunObject after)
    {
        foreach (var slot in Enum.GetValues<PlanSlot>())
        {
            Report(after, PlanOf(before, slot), PlanOf(after, slot));
        }

        Ignored(s => s.Approvals.Where(a => !a.Accepted), Reasons.ApprovalIgnored, approval =>
            $"The approval '{approval.Name}@{approval.PlanHash}' matches no stored plan and is ignored. "
            + $"The current plan is {(after.Status?.RollbackPlan ?? after.Status?.Plan)?.Hash}: read it and "
            + "approve its first 8 hex digits.");
        Ignored(s => s.Acceptances.Where(a => !a.Accepted), Reasons.AcceptIgnored, acceptance =>
            $"The acceptance '{acceptance.Token}' is ignored. {acceptance.Message}");
        Ignored(
            s => s.UsedTokens.Where(t => t.Kind == TokenKind.Abort && t.Token != after.Status!.AbortedBy),
            Reasons.AbortIgnored,
            abort => $"{Annotations.Abort}={abort.Token} was given when nothing ran and is ignored, also for later "
                + "runs. To stop a later run, give a new token then.");
        var (old, now) = (Stalled(before), Stalled(after));
        if (now is not null && now.Value.Reason != old?.Reason)
        {
            store.Warning(after, now.Value.Reason, now.Value.Message);
        }

        if (Held(after) is { } hold && Held(before)?.Message != hold.Message)
        {
            store.Normal(after, hold.Reason, hold.Message);
        }

        if (after.Status?.Phase == RunPhases.RolledBack && before.Status?.Phase != RunPhases.RolledBack && now is null)
        {
            store.Normal(after, Reasons.RolledBack, after.Status.Message ?? "");
        }

        if (after.Status?.Phase == RunPhases.Succeeded && before.Status?.Phase != RunPhases.Succeeded)
        {
            store.Normal(after, Reasons.Succeeded, after.Status.Message ?? "");
        }

        void Ignored<T>(Func<RunStatus, IEnumerable<T>> of, string reason, Func<T, string> message)
        {
            var known = before.Status is { } former ? of(former) : [];
            foreach (var ignored in after.Status is { } status ? of(status).Except(known) : [])
            {
                store.Warning(after, reason, message(ignored));
            }
        }
    }

    private void Report(RunObject entity, Plan? before, Plan? after)
    {
        if (after is { Hash.Length: > 15 } && before?.Hash != after.Hash)
        {
            store.Normal(
                entity, Reasons.PlanReady, $"Plan {after.Hash[..15]} with {after.Steps.Count} steps is stored.");
        }

        var known = (before?.Steps ?? []).ToDictionary(s => s.Id, StringComparer.Ordinal);
        foreach (var step in after?.Steps ?? [])
        {
            if (known.TryGetValue(step.Id, out var was))
            {
                Report(entity, was, step);
            }
        }
    }

    private void Report(RunObject entity, PlanStep was, PlanStep step)
    {
        if (step.State != was.State && step.State is (StepState.Succeeded or StepState.Failed or StepState.Unknown))
        {
            var duration = step.StartedAt is { } began && step.FinishedAt is { } ended
                ? KubernetesDuration.Format(ended - began)
                : "an unknown time";
            RunLog.StepEnded(
                logger,
                kind.Name,
                entity.Metadata.Namespace,
                entity.Metadata.Name,
                step.Id,
                step.Attempt,
                step.State,
                duration);
        }

        if (step.State == StepState.Running && (was.State != StepState.Running || was.Attempt != step.Attempt))
        {
            store.Normal(entity, Reasons.StepStarted, $"{step.Id}: {step.Title}");
            RunLog.StepStarted(
                logger, kind.Name, entity.Metadata.Namespace, entity.Metadata.Name, step.Id, step.Attempt);
        }
        else if (step is { State: StepState.Succeeded, Accepted: { } accepted } && was.State != StepState.Succeeded)
        {
            store.Warning(
                entity,
                Reasons.ResultAccepted,
                Sentences.Join(
                    $"{step.Id} counts as done although it had failed ({accepted.Reason}): "
                    + $"{AcceptanceTexts.Source(accepted.By)}",
                    step.Message));
            RunLog.ResultAccepted(
                logger,
                kind.Name,
                entity.Metadata.Namespace,
                entity.Metadata.Name,
                step.Id,
                accepted.Reason,
                accepted.By);
        }
        else if (step.State == StepState.Succeeded && was.State != StepState.Succeeded)
        {
            store.Normal(entity, Reasons.StepSucceeded, step.Message is null ? step.Id : $"{step.Id}: {step.Message}");
        }
        else if (step.State == StepState.Pending
            && step.Reason is not null
            && (was.State == StepState.Running || step.Tries != was.Tries))
        {
            store.Warning(entity, Reasons.StepRetried, $"{step.Id}: {step.Message}");
        }
    }

    private Plan? PlanOf(RunObject entity, PlanSlot slot) =>
        entity.Status is { } status ? kind.Plans.Of(status, slot) : null;

    private static (string Reason, string Message)? Stalled(RunObject entity) => True(entity, ConditionTypes.Stalled);

    private static (string Reason, string Message)? Held(RunObject entity) => True(entity, ConditionTypes.Held);

    private static (string Reason, string Message)? True(RunObject entity, string type) =>
        entity.Status?.Conditions.Find(c => c.Type == type && c.Status == "True") is { } condition
            ? (condition.Reason, condition.Message)
            : null;
}

/// <summary>Determines whether two statuses would be stored identically. A status is mostly its plans, and an advance
/// leaves most of their steps the same objects: those need not be serialized for the comparison.</summary>
internal sealed class StatusComparison(RunKind kind)
{
    private static readonly PlanSlot[] Slots = Enum.GetValues<PlanSlot>();
    private static readonly List<PlanStep> NoSteps = [];

    public bool AreAlike(RunStatus? a, RunStatus? b)
    {
        if (a is null || b is null)
        {
            return ReferenceEquals(a, b);
        }

        return Array.TrueForAll(Slots, slot => AreAlike(kind.Plans.Of(a, slot), kind.Plans.Of(b, slot)))
            && Bytes(WithoutPlans(a)).AsSpan().SequenceEqual(Bytes(WithoutPlans(b)));
    }

    private static bool AreAlike(Plan? a, Plan? b)
    {
        if (a is null || b is null || ReferenceEquals(a, b))
        {
            return ReferenceEquals(a, b);
        }

        var (frame, other) = (a with { Steps = NoSteps }, b with { Steps = NoSteps });
        return a.Steps.Count == b.Steps.Count
            && (frame == other || Same(frame, other, CrdsJsonContext.Default.Plan))
            && a.Steps.Zip(b.Steps)
                .All(pair => ReferenceEquals(pair.First, pair.Second) || AreAlike(pair.First, pair.Second));
    }

    // Equal as records means: equal values, and lists that are the same objects.
    private static bool AreAlike(PlanStep a, PlanStep b) =>
        a == b || Same(new Plan { Steps = [a] }, new Plan { Steps = [b] }, CrdsJsonContext.Default.Plan);

    private RunStatus WithoutPlans(RunStatus status) =>
        Slots.Aggregate(status, (rest, slot) => kind.Plans.With(rest, slot, null));

    private byte[] Bytes(RunStatus status) => JsonSerializer.SerializeToUtf8Bytes(status, kind.StatusJson);

    private static bool Same<T>(T a, T b, JsonTypeInfo<T> info) =>
        JsonSerializer.SerializeToUtf8Bytes(a, info)
            .AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, info));
}

/// <summary>The log messages of the frame.</summary>
internal static partial class RunLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Namespace}/{Name} was abandoned: {Left}")]
    public static partial void Abandoned(ILogger logger, string kind, string? Namespace, string name, string left);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Kind} {Namespace}/{Name} started step {Step}, attempt {Attempt}")]
    public static partial void StepStarted(
        ILogger logger, string kind, string? Namespace, string name, string step, int attempt);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Kind} {Namespace}/{Name} ended step {Step}, attempt {Attempt}, as {State} after {Duration}")]
    public static partial void StepEnded(
        ILogger logger,
        string kind,
        string? Namespace,
        string name,
        string step,
        int attempt,
        StepState state,
        string duration);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Kind} {Namespace}/{Name} counted step {Step} as done although it had failed with {Reason}: {By}")]
    public static partial void ResultAccepted(
        ILogger logger, string kind, string? Namespace, string name, string step, string reason, AcceptedBy by);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Kind} {Namespace}/{Name} is stopped, but some temporary state could not be removed: {Left}")]
    public static partial void ParkedStateRemains(
        ILogger logger, string kind, string? Namespace, string name, string left);
}
