namespace Drydock.Reconcilers.Upgrades;

/// <summary>Writes to the objects of one kind, reports events about them and wakes them.</summary>
internal interface IRunStore
{
    /// <summary>Writes the status if it differs, shortened if the server refuses it, and reports each change as an
    /// event; returns the object as stored.</summary>
    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    Task<RunObject> WriteAsync(RunObject entity, RunStatus status, bool always, CancellationToken cancellationToken);

    Task<RunObject> AddFinalizerAsync(RunObject entity, CancellationToken cancellationToken);

    Task<RunObject> RemoveFinalizerAsync(RunObject entity, CancellationToken cancellationToken);

    void Warning(RunObject entity, string reason, string message);

    /// <summary>Reconciles the object as soon as possible. From any thread; does not block.</summary>
    void Wake(RunObject entity);
}

internal sealed class RunStore<TEntity>(
    RunKind kind, EntityWriter<TEntity> writer, IReconcileTrigger trigger, IEventRecorder events, ILogger logger)
    : IRunStore
    where TEntity : class, IKubernetesObject
{
    public async Task<RunObject> WriteAsync(
        RunObject entity, RunStatus status, bool always, CancellationToken cancellationToken)
    {
        if (!always && AreAlike(status, entity.Status))
        {
            return entity;
        }

        var next = StatusWrites.Fit(entity.Status, RunTokens.Trim(entity, status), kind.StatusJson);
        if (!always && AreAlike(next, entity.Status))
        {
            return entity;
        }

        var begun = RunSpans.Of(next) is null ? RunSpans.Begin(kind.Name, entity.Metadata, next) : null;
        next = next with { Traceparent = begun?.Id ?? next.Traceparent };
        var written = kind.Read(await StatusWrites.WriteAsync(
            writer,
            events,
            Of(entity),
            next,
            kind.StatusJson,
            (e, s) => (TEntity)kind.WithStatus(e, s),
            cancellationToken));
        begun?.Stop();
        Report(entity, written);
        return written;
    }

    public async Task<RunObject> AddFinalizerAsync(RunObject entity, CancellationToken cancellationToken) =>
        kind.Read(await writer.AddFinalizerAsync(Of(entity), Labels.UpgradeFinalizer, cancellationToken));

    public async Task<RunObject> RemoveFinalizerAsync(RunObject entity, CancellationToken cancellationToken) =>
        kind.Read(await writer.RemoveFinalizerAsync(Of(entity), Labels.UpgradeFinalizer, cancellationToken)
            ?? Of(entity));

    public void Warning(RunObject entity, string reason, string message) => events.Warning(Of(entity), reason, message);

    public void Wake(RunObject entity) => trigger.Wake(entity.Metadata.Namespace, entity.Metadata.Name);

    private static TEntity Of(RunObject entity) => (TEntity)entity.Entity;

    private void Normal(RunObject entity, string reason, string message) => events.Normal(Of(entity), reason, message);

    private void Report(RunObject before, RunObject after)
    {
        foreach (var slot in Enum.GetValues<PlanSlot>())
        {
            Report(after, PlanOf(before, slot), PlanOf(after, slot));
        }

        Ignored(s => s.Approvals.Where(a => !a.Accepted), Reasons.ApprovalIgnored, approval =>
            $"The approval '{approval.AsGiven()}' is ignored. {approval.Message}");
        Ignored(s => s.Acceptances.Where(a => !a.Accepted), Reasons.AcceptIgnored, acceptance =>
            $"The acceptance '{acceptance.Token}' is ignored. {acceptance.Message}");
        Ignored(s => s.UsedTokens.Where(t => t.Message is not null), Reasons.RetryIgnored, retry =>
            $"The retry '{retry.Token}' is ignored. {retry.Message}");
        Ignored(
            s => s.UsedTokens.Where(t => t.Kind == TokenKind.Abort && t.Token != after.Status!.AbortedBy),
            Reasons.AbortIgnored,
            abort => $"{Annotations.Abort}={abort.Token} was given when nothing ran and is ignored, also for later "
                + "runs. To stop a later run, give a new token then.");
        if (kind.Cleanup is { } cleanup
            && cleanup.AnnouncedAt(after.Status!) is { } at
            && !(before.Status is { } former && cleanup.AnnouncedAt(former) == at))
        {
            Normal(
                after,
                Reasons.CleanupAnnounced,
                $"Announced for {at:u}: {cleanup.Begins} (spec.cleanup.after). From then on a rollback is not possible."
                + " To keep them, remove that field before.");
        }

        var stalled = True(after, ConditionTypes.Stalled);
        if (stalled is not null && stalled.Reason != True(before, ConditionTypes.Stalled)?.Reason)
        {
            Warning(after, stalled.Reason, stalled.Message);
        }

        if (True(after, ConditionTypes.Held) is { } hold && True(before, ConditionTypes.Held)?.Message != hold.Message)
        {
            Normal(after, hold.Reason, hold.Message);
        }

        if (after.Status is { } ended && ended.Phase != before.Status?.Phase
            && (ended.Phase == RunPhases.Succeeded || (ended.Phase == RunPhases.RolledBack && stalled is null)))
        {
            var reason = ended.Phase == RunPhases.Succeeded ? Reasons.Succeeded : Reasons.RolledBack;
            Normal(after, reason, ended.Message ?? "");
        }

        void Ignored<T>(Func<RunStatus, IEnumerable<T>> of, string reason, Func<T, string> message)
        {
            var known = before.Status is { } former ? of(former) : [];
            foreach (var ignored in after.Status is { } status ? of(status).Except(known) : [])
            {
                Warning(after, reason, message(ignored));
            }
        }
    }

    private void Report(RunObject entity, PlanProgress? before, PlanProgress? after)
    {
        if (after is { Hash.Length: > 15 } && before?.Hash != after.Hash)
        {
            Normal(entity, Reasons.PlanReady, $"Plan {after.Hash[..15]} with {after.Steps.Count} steps is stored.");
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

    private void Report(RunObject entity, Step was, Step step)
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
            Normal(entity, Reasons.StepStarted, $"{step.Id}: {step.Title}");
            RunLog.StepStarted(
                logger, kind.Name, entity.Metadata.Namespace, entity.Metadata.Name, step.Id, step.Attempt);
        }
        else if (step is { State: StepState.Succeeded, Accepted: { } accepted } && was.State != StepState.Succeeded)
        {
            Warning(
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
            Normal(entity, Reasons.StepSucceeded, step.Message is null ? step.Id : $"{step.Id}: {step.Message}");
        }
        else if (step.State == StepState.Pending
            && step.Reason is not null
            && (was.State == StepState.Running || step.Record.Tries != was.Record.Tries))
        {
            Warning(entity, Reasons.StepRetried, $"{step.Id}: {step.Message}");
        }
    }

    private PlanProgress? PlanOf(RunObject entity, PlanSlot slot) =>
        entity.Status is { } status ? kind.Plans.Of(status, slot) : null;

    private static Condition? True(RunObject entity, string type) =>
        entity.Status?.Conditions.Find(c => c.Type == type && c.Status == "True");

    // Whether two statuses would be stored identically. A status is mostly the steps of its plans, and an advance
    // leaves most of them the same: those need not be serialized.
    private bool AreAlike(RunStatus a, RunStatus? b)
    {
        if (b is null)
        {
            return false;
        }

        var (steps, others) = (Steps(a), Steps(b));
        return steps.Count == others.Count
            && steps.Zip(others).All(pair => pair.First == pair.Second || Text(pair.First) == Text(pair.Second))
            && JsonSerializer.Serialize(Rest(a), kind.StatusJson) == JsonSerializer.Serialize(Rest(b), kind.StatusJson);

        List<Step> Steps(RunStatus status) => [.. kind.Plans.All(status).SelectMany(plan => plan.Steps)];

        static string Text(Step step) => JsonSerializer.Serialize(
            PlanProgress.Of(new Plan(), [step], []), CrdsJsonContext.Default.PlanProgress);

        RunStatus Rest(RunStatus status) => Enum.GetValues<PlanSlot>().Aggregate(
            status,
            (rest, slot) => kind.Plans.Of(rest, slot) is { } plan
                ? kind.Plans.With(rest, slot, plan.With(plan.Plan with { Steps = [] }))
                : rest);
    }
}

/// <summary>An object of any kind, as the flows of the frame see it.</summary>
/// <param name="Spec">Its spec as the run follows it, with what annotations add
/// (<see cref="ControlAnnotations.Apply"/>).</param>
internal sealed record RunObject(IKubernetesObject Entity, RunSpec Spec, RunStatus? Status)
{
    public V1ObjectMeta Metadata => Entity.Metadata;

    public RunSpec Written { get; init; } = Spec;

    public PlanSlots Slots { get; init; } = new(cleanup: null);

    public WordMarks Marks { get; init; } = new();
}

/// <summary>How every kind writes its status: within the bounds of the schema and the budget, and again, shortened, if
/// the server refuses it.</summary>
internal static class StatusWrites
{
    public static TStatus Fit<TStatus>(TStatus? stored, TStatus status, JsonTypeInfo type)
        where TStatus : ObservedStatus => StatusBudget.Fit(status, type, refused: StatusBudget.WasRefused(stored));

    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    public static async Task<TEntity> WriteAsync<TEntity, TStatus>(
        EntityWriter<TEntity> writer,
        IEventRecorder events,
        TEntity entity,
        TStatus status,
        JsonTypeInfo type,
        Func<TEntity, TStatus, TEntity> with,
        CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
        where TStatus : ObservedStatus
    {
        try
        {
            return await writer.UpdateStatusAsync(with(entity, status), cancellationToken);
        }
        catch (KubernetesApiException exception) when (
            exception is KubernetesRequestTooLargeException or KubernetesInvalidException)
        {
            var written = await writer.UpdateStatusAsync(
                with(entity, StatusBudget.Fit(status, type, refused: true)), cancellationToken);
            events.Warning(
                written,
                Reasons.StatusShortened,
                "The API server refused the status, so the operator wrote it with shortened texts. "
                + $"{exception.Message}");
            return written;
        }
    }
}

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
