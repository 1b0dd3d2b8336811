namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reports what changed from one stored status to the next: as events of the object, and in the log.</summary>
internal sealed class RunEvents<TEntity>(RunKind kind, IEventRecorder events, ILogger logger)
    where TEntity : class, IKubernetesObject
{
    public void Report(RunObject before, RunObject after)
    {
        // A redo stands in the place of the upgrade.
        foreach (var slot in (PlanKind[])[PlanKind.Upgrade, PlanKind.Rollback, PlanKind.Cleanup])
        {
            Report(after, PlanOf(before, slot), PlanOf(after, slot));
        }

        Ignored(s => s.Approvals.Where(a => !a.Accepted), Reasons.ApprovalIgnored, approval =>
            $"The approval '{approval.Word}' is ignored. {approval.Ignored}");
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

    public void Warning(RunObject entity, string reason, string message) =>
        events.Warning((TEntity)entity.Entity, reason, message);

    private void Report(RunObject entity, PlanProgress? before, PlanProgress? after)
    {
        if (after is { Hash.Length: > 15 } && before?.Hash != after.Hash)
        {
            var steps = Sentences.Count(after.Steps.Count, "step", "steps");
            Normal(entity, Reasons.PlanReady, $"Plan {after.Hash[..15]} with {steps} is stored.");
        }

        var known = (before?.Steps ?? []).ToDictionary(s => s.Id, StringComparer.Ordinal);
        foreach (var phase in (after?.Steps ?? []).GroupBy(s => s.Phase, StringComparer.Ordinal)
            .Where(p => p.Any(s => s.HasEverBegun) && !p.Any(s => known.GetValueOrDefault(s.Id)?.HasEverBegun == true)))
        {
            var steps = Sentences.Count(phase.Count(), "step", "steps");
            Normal(entity, Reasons.PhaseStarted, $"{phase.Key} runs: {steps}.");
        }

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
                kind.Names.Kind,
                entity.Metadata.Namespace,
                entity.Metadata.Name,
                step.Id,
                step.Attempt,
                step.State,
                duration);
        }

        if (step.State == StepState.Running && (was.State != StepState.Running || was.Attempt != step.Attempt))
        {
            RunLog.StepStarted(
                logger, kind.Names.Kind, entity.Metadata.Namespace, entity.Metadata.Name, step.Id, step.Attempt);
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
                kind.Names.Kind,
                entity.Metadata.Namespace,
                entity.Metadata.Name,
                step.Id,
                accepted.Reason,
                accepted.By);
        }
        else if (step.State == StepState.Pending
            && step.Reason is not null
            && (was.State == StepState.Running || step.Record.Tries != was.Record.Tries))
        {
            Warning(entity, Reasons.StepRetried, $"{step.Id}: {step.Message}");
        }
    }

    private void Normal(RunObject entity, string reason, string message) =>
        events.Normal((TEntity)entity.Entity, reason, message);

    private static PlanProgress? PlanOf(RunObject entity, PlanKind slot) =>
        entity.Status is { } status ? status.PlanOf(slot) : null;

    private static Condition? True(RunObject entity, string type) =>
        entity.Status?.Conditions.Find(c => c.Type == type && c.Status == "True");
}
