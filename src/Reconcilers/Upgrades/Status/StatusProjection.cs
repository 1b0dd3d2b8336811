namespace Drydock.Reconcilers.Upgrades;

/// <summary>Projects the state of a run into its status. Pure: the same plan and outcome give the same
/// status.</summary>
internal sealed class StatusProjection(RunKind kind, Func<string> newPlanId)
{
    /// <summary>The status with the numbers and ids of its plans, as it follows another one.</summary>
    public RunStatus Numbered(RunStatus? before, RunStatus status) =>
        PlanNumbers.Assign(kind, before, status, newPlanId);

    public RunStatus Compose(RunObject entity, RunStatus status, RunOutcome summary, DateTimeOffset now)
    {
        entity = entity.Status?.Plan is null && status.Plan is not null ? kind.Form.With(entity, status) : entity;
        DateTimeOffset? heldUntil = summary.Held ? null : WasHeld(status) ? now : status.HeldUntil;
        now = now.ToSeconds();
        var over = summary.State is RunState.Succeeded or RunState.RolledBack
            || summary.Phase == RunPhases.RolledBack
            || status.IsUpgraded();
        status = InDirection(entity, Numbered(entity.Status, status));
        var isUnread = StatusForm.UnreadablePart(status) is not null;
        var (retry, cost) =
            (Word.For(Word.Retry, status.Retried()), isUnread ? null : RetryCost(entity.Spec, status));
        var message = summary.Message.Replace(RunMessages.RetryWord, retry, StringComparison.Ordinal);
        var more = Sentences.Join(
            summary.IsStalled || summary.Held ? RunWords.LastIgnored(entity, status) : null,
            entity.Marks.Waits,
            ControlAnnotations.Problems(kind, entity, status));
        summary = summary with { Message = more.Length == 0 ? message : Sentences.Join(message, more) };
        status = PlanLines.Show(status, kind.Steps(entity.Spec)) with
        {
            ObservedGeneration = entity.Metadata.Generation,
            Phase = summary.Phase,
            Step = summary.StepId,
            Message = SchemaLimits.Clip(summary.Message),
            FromVersion = isUnread ? status.FromVersion : status.Found?.FromVersion,
            StartedAt = status.StartedAt ?? now,
            FinishedAt = over ? status.FinishedAt ?? now : null,
            System = over ? null : System(entity, status, summary, isUnread, now),
            Holds = Holds(entity.Spec, status, summary, now),
            ActionRequired = status.ActionRequired.ConvertAll(item => Asked(entity.Spec, status, item)),
            HeldUntil = heldUntil,
            Rollback = isUnread ? null : kind.Rollback.Cost(entity.Spec, status),
            RetryWord = isUnread ? null : summary.IsStalled || summary.Phase == RunPhases.RolledBack ? retry : null,
            RetryCost = cost,
            RetryApproval = cost is null ? null : Word.For(kind.Redo!.Phase, status.Retried()),
            AbortUndoes = !over && !isUnread && status.Plan is { } plan
                && kind.Rollback.AbortUndoes(kind.Steps(entity.Spec), plan) ? true : null,
        };
        return status with
        {
            NextAction = new NextActions(kind, entity, status).For(summary),
            Summary = Headline.Of(status, summary),
            Conditions = ConditionBuilder.Build(entity, status, summary, now),
        };
    }

    /// <summary>Status for a plan under way.</summary>
    /// <param name="adjust">Changes the reported state (deletion); null for no change.</param>
    public RunStatus Compose(
        RunObject entity,
        RunStatus status,
        PlanKind slot,
        PlanProgress plan,
        RunOutcome outcome,
        DateTimeOffset now,
        Func<RunOutcome, RunOutcome>? adjust = null)
    {
        status = Numbered(entity.Status, status.WithPlan(slot, plan) with { Findings = [] });
        plan = status.PlanOf(slot)!;
        var isDone = outcome.State == RunState.Succeeded;
        status = InDirection(entity, kind.Report.Summarize(entity.Spec, status, slot, isDone));
        var summary = new SummaryReader(kind, entity, status, slot, plan, outcome).Read();
        return Compose(entity, status, adjust is null ? summary : adjust(summary), now);
    }

    /// <summary>Status for a plan that is done.</summary>
    public RunStatus Over(
        RunObject entity,
        RunStatus status,
        PlanKind slot,
        DateTimeOffset now,
        Func<RunOutcome, RunOutcome>? adjust = null)
    {
        var done = new RunOutcome(RunState.Succeeded, "", "", "");
        return Compose(entity, status, slot, status.PlanOf(slot)!, done, now, adjust);
    }

    /// <summary>Status of an object that restarts from preflight: its changes were undone, so its plans no longer
    /// count.</summary>
    public RunStatus NewAttempt(RunObject entity, RunStatus status, DateTimeOffset now) => Compose(
        entity,
        kind.Form.Forget(status) with
        {
            Plans = [],
            Attempts =
            [
                .. status.Attempts.SkipLast(1),
                .. status.Attempts.TakeLast(1).Select(a => a with { Downtime = status.Downtime }),
            ],
            Downtime = null,
            HeldUntil = null,
            AbortedBy = null,
            AbortedRollback = null,
            RolledBackBy = null,
            ActionRequired = [],
            Findings = [],
            StartedAt = now,
            FinishedAt = null,
        },
        new RunOutcome(
            RunState.Working,
            RunPhases.Preflight,
            Reasons.Preflight,
            $"Restarting from preflight, attempt {RunTokens.Attempt(status)}."),
        now);

    // The targets are read again after the approval of the plan.
    private static bool WasHeld(RunStatus status) => status.Phase != RunPhases.Planned
        && status.Conditions.Exists(c => c.Type == ConditionTypes.Held);

    // Down stays down until a step has shown it up. Of an unread plan, or an unexpected target, no more is known.
    private SystemStatus System(
        RunObject entity, RunStatus status, RunOutcome summary, bool isUnread, DateTimeOffset now)
    {
        var seenAt = status.Plans
            .SelectMany(p => p.Steps.SelectMany(s => new[] { s.StartedAt, s.FinishedAt }).Append(p.CompiledAt)).Max();
        var (state, since) = isUnread ? (status.System?.State ?? SystemState.Unknown, null)
            : status.Plan is null ? default : kind.Report.System(entity.Spec, status);
        if (state != SystemState.Down
            && (isUnread || status.Findings.Count > 0
                || summary.State is RunState.OutcomeUnknown or RunState.TargetChanged))
        {
            (state, since) = (SystemState.Unknown, null);
        }

        var before = status.System is { } former && former.State == state ? former.Since : null;
        return new SystemStatus
        {
            State = state,
            Since = (since ?? before ?? now).ToSeconds(),
            SeenAt = seenAt?.ToSeconds(),
        };
    }

    // While a rollback is wanted, no administrator is told to remove what it needs.
    private RunStatus InDirection(RunObject entity, RunStatus status) =>
        entity.Spec.DesiredState == DesiredState.RolledBack || status.RollbackPlan is not null
            ? kind.Rollback.Wanted(status)
            : status;

    private List<HoldStatus> Holds(RunSpec spec, RunStatus status, RunOutcome summary, DateTimeOffset now)
    {
        var consents = new Consents(kind, spec, status);
        return [.. summary.Holds.Take(SchemaLimits.Findings).Select(Told)];

        HoldStatus Told(StepHold hold)
        {
            var consent = status.ActivePlan() is { } plan ? consents.Of(plan, hold.Name) : null;
            return new HoldStatus
            {
                Name = hold.Name,
                Approval = hold.Approval,
                Consent = consent?.Text,
                Destroys = consent is { Destroys: true } ? true : null,
                Since = status.Holds.Find(known => known.Approval == hold.Approval)?.Since ?? now,
            };
        }
    }

    // What an approval lets the operator remove.
    private ActionItem Asked(RunSpec spec, RunStatus status, ActionItem item) =>
        kind.Cleanup is { } cleanup && cleanup.Word == item.Reason && status.Plan is { IsDone: true } plan
            ? item with
            {
                Consent = new Consents(kind, spec, status)
                    .Whole(PlanProgress.Of(cleanup.Compile(spec, plan) with { Kind = PlanKind.Cleanup })).Text,
            }
            : item;

    // A retry of an aborted run, or of a rollback, restores nothing.
    private string? RetryCost(RunSpec spec, RunStatus status) =>
        status is { Plan: { } plan, RollbackPlan: null, AbortedBy: null }
            && kind.Redo is { } redo
            && redo.FindLost(plan) is not null
            ? new Consents(kind, spec, status).Whole(redo.Compile(spec, plan)).Text
            : null;
}
