namespace Drydock.Reconcilers.Upgrades;

/// <summary>Deletion: up to a certain step all changes are undone and the object is removed; after that step the object
/// stays until the plan has finished. With the annotation <c>drydock.dev/on-delete: Abandon</c>, or if the namespace is
/// being deleted, the object is released after the running step, and an Event lists the unfinished steps.</summary>
internal sealed class DeletionFlow(
    RunFrame frame, RunFlow runs, PlanFlow plans, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<DeletionFlow>();

    public async Task<(bool Gone, TimeSpan? After)> AdvanceAsync(
        RunObject entity, RunSession session, string accessKey, CancellationToken cancellationToken)
    {
        if (IsOver(entity))
        {
            return await ReleaseAsync(entity, cancellationToken);
        }

        if (_kind.Plans.Active(entity.Status!) == PlanSlot.Cleanup)
        {
            // The cleanup can stop after any step; only a running step is awaited.
            return await StopAsync(
                entity,
                session,
                accessKey,
                $"The object is being deleted. {_kind.Cleanup!.Stops}.",
                tell: false,
                cancellationToken);
        }

        if (await IsAbandonedAsync(entity, cancellationToken))
        {
            return await StopAsync(
                entity,
                session,
                accessKey,
                $"The object is released because of {Annotations.OnDelete}: {Annotations.Abandon} or because its "
                + "namespace is being deleted.",
                tell: true,
                cancellationToken);
        }

        var step = await runs.AdvanceAsync(entity, session, accessKey, Waiting(entity), cancellationToken);
        return !step.IsOver ? (false, step.After) : await ReleaseAsync(step.Entity, cancellationToken);
    }

    // Nothing is left to do or to undo.
    private bool IsOver(RunObject entity) =>
        entity.Status is not { Plan: not null } status
        || (_kind.Plans.Active(status) != PlanSlot.Cleanup && (RunPhases.IsEnded(status.Phase) || status.IsUpgraded()))
        || status.IsRolledBack();

    private async Task<bool> IsAbandonedAsync(RunObject entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.Annotations?.GetValueOrDefault(Annotations.OnDelete) == Annotations.Abandon)
        {
            return true;
        }

        var space = await frame.Services.Kubernetes.GetAsync<V1Namespace>(
            entity.Metadata.Namespace!, cancellationToken: cancellationToken);
        return space is null || space.Metadata.DeletionTimestamp is not null;
    }

    private async Task<(bool Gone, TimeSpan? After)> StopAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        string because,
        bool tell,
        CancellationToken cancellationToken)
    {
        (entity, var isCleaningUp) = await parked.RecordAsync(entity, session, cancellationToken);
        if (isCleaningUp)
        {
            return (false, LookAgain);
        }

        var slot = _kind.Plans.Active(entity.Status!);
        var (written, _) = await plans.AdvanceAsync(
            entity, slot, session, accessKey, because, Finishing(entity, slot, session), cancellationToken);
        if (Acts(written, slot, session).Count > 0)
        {
            return (false, LookAgain);
        }

        // The remaining jobs only observe or wait: they need not finish.
        await session.StopRunAsync();
        if (tell && parked.StartBeforeRelease(written, session))
        {
            return (false, LookAgain);
        }

        if (tell)
        {
            var left = Sentences.Join(
                Left(_kind.Plans.Of(written.Status!, slot)!), _kind.LeftBehind(written.Spec, written.Status!));
            frame.Store.Warning(written, Reasons.Abandoned, left);
            RunLog.Abandoned(_logger, _kind.Name, written.Metadata.Namespace, written.Metadata.Name, left);
        }

        return await ReleaseAsync(written, cancellationToken);
    }

    // The steps that may be changing a target.
    private List<PlanStep> Acts(RunObject entity, PlanSlot slot, RunSession session) =>
        _kind.Plans.Of(entity.Status!, slot)!.Steps.FindAll(
            s => s.State == StepState.Running && !_kind.OnlyWaits(s) && !session.IsIdle(s.Id));

    // Absolute times: the message stays the same while it waits.
    private Func<RunStatusSummary, RunStatusSummary> Finishing(RunObject entity, PlanSlot slot, RunSession session) =>
        summary =>
    {
        var acts = Acts(entity, slot, session);
        if (acts.Count == 0 || summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack)
        {
            return summary;
        }

        var ends = acts.Max(s => (s.StartedAt ?? frame.Now) + _kind.TimeoutOf(entity.Spec, s));
        var followed = string.Create(
            CultureInfo.InvariantCulture,
            $"The deletion waits for {string.Join(", ", acts.Select(s => s.Id))}, "
            + $"at the latest until {ends.UtcDateTime:yyyy-MM-dd HH:mm}Z. Then the object is removed; nothing more is "
            + $"started.");
        return summary with
        {
            Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : Reasons.DeletionWaits,
            Message = Sentences.Join(followed, summary.Message),
        };
    };

    private static string Left(Plan plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToList();
        var open = plan.Steps.Where(s => s.State is not (StepState.Succeeded or StepState.Pending))
            .Select(s => $"{s.Id} ({s.State})")
            .ToList();
        var last = done.Count > 0 ? $" (last: {done[^1]})" : "";
        return $"The run was abandoned. {done.Count} of {plan.Steps.Count} steps were done{last}. "
            + $"Unfinished steps: {(open.Count > 0 ? string.Join(", ", open) : "none")}.";
    }

    private Func<RunStatusSummary, RunStatusSummary> Waiting(RunObject entity) => summary =>
    {
        if (summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack)
        {
            return summary;
        }

        if (!_kind.IsPastUndo(entity.Status!.Plan!))
        {
            return summary with
            {
                Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : Reasons.Undoing,
                Message = Sentences.Join(
                    summary.Message,
                    $"The annotation {Annotations.OnDelete}: {Annotations.Abandon} releases the object at once."),
            };
        }

        var plan = entity.Status!.RollbackPlan is null ? "plan" : "rollback";
        return summary with
        {
            Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : Reasons.DeletionWaits,
            Message = Sentences.Join(
                $"The deletion waits: {_kind.PastUndo}, so the {plan} must finish first.",
                $"The annotation {Annotations.OnDelete}: {Annotations.Abandon} releases the object at once and leaves "
                + "the targets as they are.",
                summary.Message),
        };
    };

    private async Task<(bool Gone, TimeSpan? After)> ReleaseAsync(RunObject entity, CancellationToken cancellationToken)
    {
        if (entity.Status?.Target is { Claim: not null } target)
        {
            await frame.Services.Claims.ReleaseAsync(entity.Entity, target, cancellationToken);
        }

        await frame.Store.RemoveFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken);
        return (true, null);
    }
}
