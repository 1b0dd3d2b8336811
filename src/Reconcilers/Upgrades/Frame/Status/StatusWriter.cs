namespace Drydock.Reconcilers.Upgrades;

/// <summary>Writes a status only if it changed, and reports each change as an event.</summary>
/// <param name="kind">The kind.</param>
/// <param name="store">Writes to its objects and reports store.</param>
/// <param name="logger">For the start and end of steps.</param>
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

        foreach (var ignored in
            (after.Status?.Approvals ?? []).Where(a => !a.Accepted).Except(before.Status?.Approvals ?? []))
        {
            store.Warning(
                after,
                Reasons.ApprovalIgnored,
                $"The approval '{ignored.Name}@{ignored.PlanHash}' matches no stored plan and is ignored. "
                + $"The current plan is {(after.Status?.RollbackPlan ?? after.Status?.Plan)?.Hash}: read it and "
                + "approve its first 8 hex digits.");
        }

        foreach (var ignored in
            (after.Status?.Acceptances ?? []).Where(a => !a.Accepted).Except(before.Status?.Acceptances ?? []))
        {
            store.Warning(
                after, Reasons.AcceptIgnored, $"The acceptance '{ignored.Token}' is ignored. {ignored.Message}");
        }

        foreach (var ignored in
            (after.Status?.UsedTokens ?? [])
                .Where(t => t.Kind == TokenKind.Abort && t.Token != after.Status!.AbortedBy)
                .Except(before.Status?.UsedTokens ?? []))
        {
            store.Warning(
                after,
                Reasons.AbortIgnored,
                $"{Annotations.Abort}={ignored.Token} was given when nothing ran and is ignored, also for later runs. "
                + "To stop a later run, give a new token then.");
        }

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
