namespace Drydock.Reconcilers.Upgrades;

/// <summary>Deletion: up to a certain step all changes are undone and the object is removed; after that step the object
/// stays until the plan has finished. With the annotation <c>drydock.dev/on-delete: Abandon</c>, or if the namespace is
/// being deleted, the object is released after the running step, and an Event lists the unfinished steps.</summary>
internal sealed class DeletionFlow(RunFrame frame, RunFlow runs, PlanFlow plans, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<DeletionFlow>();

    /// <summary>Advances the deletion. Over: the object is released.</summary>
    public async Task<RunStep> AdvanceAsync(RunReconcile run)
    {
        if (IsOver(run.Entity))
        {
            return await ReleaseAsync(run);
        }

        if (_kind.Plans.Active(run.Status) == PlanSlot.Cleanup)
        {
            // The cleanup can stop after any step; only a running step is awaited.
            return await StopAsync(run, $"The object is being deleted. {_kind.Cleanup!.Stops}.", tell: false);
        }

        if (await IsAbandonedAsync(frame.Services.Kubernetes, run.Metadata, run.CancellationToken))
        {
            return await StopAsync(
                run,
                $"The object is released because of {Annotations.OnDelete}: {Annotations.Abandon} or because its "
                + "namespace is being deleted.",
                tell: true);
        }

        // Before the first step there is nothing to undo on the target, also if another object has claimed it.
        if (run.Status.Target?.Claim is not null && !run.Session.ClaimSeen && run.Status.Plan!.HasEverBegun)
        {
            if (await runs.ReclaimAsync(run) is { } wait)
            {
                return new RunStep(false, wait);
            }

            run.Session.ClaimSeen = true;
        }

        if (_kind.IsPastUndo(run.Status.Plan!) && await runs.FindBlockerAsync(run) is { } blocked)
        {
            return blocked;
        }

        run.Adjust = Waiting(run.Status);
        var step = await runs.AdvanceAsync(run);
        return step.IsOver ? await ReleaseAsync(run) : step;
    }

    // Nothing is left to do or to undo.
    private bool IsOver(RunObject entity) =>
        entity.Status is not { Plan: not null } status
        || (_kind.Plans.Active(status) != PlanSlot.Cleanup && (RunPhases.IsEnded(status.Phase) || status.IsUpgraded()))
        || status.IsRolledBack();

    public static bool IsAbandoned(V1ObjectMeta metadata) =>
        metadata.Annotation(Annotations.OnDelete) == Annotations.Abandon;

    public static async Task<bool> IsAbandonedAsync(
        IKubernetesClient kubernetes, V1ObjectMeta metadata, CancellationToken cancellationToken) =>
        IsAbandoned(metadata)
        || await kubernetes.GetAsync<V1Namespace>(metadata.Namespace!, cancellationToken: cancellationToken)
            is null or { Metadata.DeletionTimestamp: not null };

    private async Task<RunStep> StopAsync(RunReconcile run, string because, bool tell)
    {
        var waits = new RunStep(false, LookAgain);
        if (await parked.IsUnderWayAsync(run))
        {
            return waits;
        }

        var slot = _kind.Plans.Active(run.Status);
        await plans.AdvanceAsync(run, slot, because, Finishing(run, run.Status, slot));
        if (Acts(run, run.Status, slot).Count > 0)
        {
            return waits;
        }

        // The remaining jobs only observe or wait: they need not finish.
        await run.Session.StopRunAsync();
        if (tell && !await IsClaimedByOtherAsync(run) && parked.StartBeforeRelease(run))
        {
            return waits;
        }

        if (tell)
        {
            var left = Sentences.Join(Left(_kind.Plans.Of(run.Status, slot)!), _kind.LeftBehind(run.Spec, run.Status));
            frame.Store.Warning(run.Entity, Reasons.Abandoned, left);
            RunLog.Abandoned(_logger, _kind.Name, run.Metadata.Namespace, run.Metadata.Name, left);
        }

        return await ReleaseAsync(run);
    }

    private async Task<bool> IsClaimedByOtherAsync(RunReconcile run) => ClaimTarget.Of(run.Status.Target) is { } target
        && await frame.Services.Claims.FindHolderAsync(
            target, run.Entity.Entity, run.CancellationToken) is not null;

    // The steps that may be changing a target.
    private ImmutableList<Step> Acts(RunReconcile run, RunStatus status, PlanSlot slot) =>
        _kind.Plans.Of(status, slot)!.Steps.FindAll(
            s => s.State == StepState.Running && !_kind.OnlyWaits(s) && !run.Session.IsIdle(s.Id));

    // Absolute times: the message stays the same while it waits.
    private Func<RunStatusSummary, RunStatusSummary> Finishing(
        RunReconcile run, RunStatus before, PlanSlot slot) => summary =>
    {
        var acts = Acts(run, before, slot);
        if (acts.Count == 0 || summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack)
        {
            return summary;
        }

        var ends = acts.Max(s => (s.StartedAt ?? frame.Now) + _kind.TimeoutOf(run.Spec, s));
        var followed =
            $"The deletion waits for {string.Join(", ", acts.Select(s => s.Id))}, "
            + $"at the latest until {ends.UtcDateTime:yyyy-MM-dd HH:mm}Z. Then the object is removed; nothing more is "
            + $"started.";
        return Stays(summary, Reasons.DeletionWaits, Sentences.Join(followed, summary.Message));
    };

    private static string Left(PlanProgress plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToList();
        var open = plan.Steps.Where(s => s.State is not (StepState.Succeeded or StepState.Pending))
            .Select(s => $"{s.Id} ({s.State})")
            .ToList();
        var last = done.Count > 0 ? $" (last: {done[^1]})" : "";
        return $"The run was abandoned. {done.Count} of {plan.Steps.Count} steps were done{last}. "
            + $"Unfinished steps: {(open.Count > 0 ? string.Join(", ", open) : "none")}.";
    }

    private Func<RunStatusSummary, RunStatusSummary> Waiting(RunStatus status) => summary =>
    {
        if (summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack)
        {
            return summary;
        }

        if (!_kind.IsPastUndo(status.Plan!))
        {
            return Stays(summary, Reasons.Undoing, Sentences.Join(
                summary.Message,
                $"The annotation {Annotations.OnDelete}: {Annotations.Abandon} releases the object at once."));
        }

        var plan = status.RollbackPlan is null ? "plan" : "rollback";
        return Stays(summary, Reasons.DeletionWaits, Sentences.Join(
            $"The deletion waits: {_kind.PastUndo}, so the {plan} must finish first.",
            $"The annotation {Annotations.OnDelete}: {Annotations.Abandon} releases the object at once and leaves "
            + "the targets as they are.",
            summary.Message));
    };

    // What stalls keeps its reason.
    private static RunStatusSummary Stays(RunStatusSummary summary, string reason, string message) => summary with
    {
        Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : reason,
        Message = message,
    };

    private static async Task<RunStep> ReleaseAsync(RunReconcile run)
    {
        if (run.Status.Target is { } target)
        {
            await run.ReleaseClaimAsync(target);
        }

        await run.RemoveFinalizerAsync();
        return new RunStep(true, null);
    }
}
