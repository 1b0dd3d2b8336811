namespace Drydock.Reconcilers.Upgrades;

/// <summary>Takes objects of one kind through preflight, plan, run and completion. Level-based and never blocking; see
/// <see cref="PlanRun"/>.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal class RunController<TEntity> : EntityController<TEntity, RunSession>
    where TEntity : class, IKubernetesObject
{
    private static readonly TimeSpan BlockerInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ClaimInterval = TimeSpan.FromMinutes(1);

    private readonly RunKind _kind;
    private readonly RunFrame _frame;
    private readonly PreflightFlow _preflight;
    private readonly RunFlow _runs;
    private readonly CompletionFlow _completion;
    private readonly DeletionFlow _deletion;
    private readonly ILogger _logger;

    public RunController(
        RunKind kind, RunServices services, IEntityWriter<TEntity> writer, IReconcileTrigger<TEntity> trigger)
        : base(writer, services.Events)
    {
        _kind = kind;
        _logger = services.Loggers.CreateLogger<RunController<TEntity>>();
        _frame = new RunFrame(kind, services, new RunStore<TEntity>(kind, writer, trigger, services.Events));
        _preflight = new PreflightFlow(_frame);
        var plans = new PlanFlow(_frame);
        var rollbacks = new RollbackFlow(_frame);
        var parked = new ParkedStateFlow(_frame);
        _runs = new RunFlow(_frame, plans, rollbacks, parked);
        _completion = new CompletionFlow(_frame, rollbacks);
        _deletion = new DeletionFlow(_frame, _runs, plans, parked);
    }

    protected override bool IsInert(TEntity entity) => _completion.IsInert(_kind.Read(entity));

    protected override TimeSpan? InertFor(TEntity entity) => _completion.InertFor(_kind.Read(entity));

    protected override string? FinalizerOf(TEntity entity) =>
        _kind.Read(entity).Status?.Target?.Claim is null ? null : Labels.UpgradeFinalizer;

    protected override TEntity ReduceInert(TEntity entity) => (TEntity)_kind.Reduce(entity);

    protected override async Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var run = _kind.Read(entity);
        using var about = RunSpans.Of(run.Status) is { TraceId: var trace }
            ? _logger.BeginScope(
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["TraceId"] = trace.ToHexString() })
            : null;
        if ((CompletionFlow.IsAtRest(run) || IsPlanReady(run)) && RunTokens.NewAbort(run) is { } token)
        {
            run = await _frame.WriteAsync(run, RunTokens.UseAbort(run.Status!, token, _frame.Now), cancellationToken);
        }

        // Not before the first write, which has conditions.
        if (run.Status is { Conditions.Count: > 0 } status
            && ControlAnnotations.SeeRollback(run, status, _frame.Now) is { } asked)
        {
            run = await _frame.WriteAsync(run, asked, cancellationToken);
        }

        return await AdvanceAsync(run, cancellationToken);
    }

    private async Task<TimeSpan?> AdvanceAsync(RunObject entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.DeletionTimestamp is null
            && await EndedAsync(entity, cancellationToken) is var (ended, stays, after))
        {
            if (stays)
            {
                return after;
            }

            entity = ended;
        }

        var session = SessionOf((TEntity)entity.Entity, static () => new RunSession());
        var binding = await _kind.BindAsync(entity, cancellationToken);
        if (entity.Metadata.DeletionTimestamp is null && IsChanged(entity))
        {
            // The connections stay those of the former spec, so no step uses the changed field.
            await StalledAsync(
                entity,
                Reasons.SpecChangeIgnored,
                "An identity field of spec was changed while the stored plan runs. Nothing is started. "
                + "Restore the old value, then the stored plan continues automatically.",
                cancellationToken);
            return null;
        }

        await session.BindAsync(entity, binding, () => OnEvent(session, entity));
        if (entity.Metadata.DeletionTimestamp is not null)
        {
            var (gone, later) = await _deletion.AdvanceAsync(entity, session, binding.AccessKey, cancellationToken);
            if (gone)
            {
                await ForgetAsync(entity);
            }

            return later;
        }

        if (IsPlanReady(entity))
        {
            await ForgetAsync(entity);
            return null;
        }

        return entity.Status is { Plan: not null } status
            && (status.Target?.Claim is not null || status.RollbackPlan is not null || status.IsUpgraded())
            ? await RunAsync(entity, session, binding.AccessKey, cancellationToken)
            : await _preflight.AdvanceAsync(entity, session, binding.AccessKey, cancellationToken);
    }

    // The result of an object that has finished, or has nothing to roll back; null while a run is under way.
    private async Task<(RunObject Entity, bool Stays, TimeSpan? After)?> EndedAsync(
        RunObject entity, CancellationToken cancellationToken)
    {
        if (entity.Status is { } status && status.IsRolledBack()
            && !RollbackDecision.IsUndoneByAbort(entity.Spec, status))
        {
            await ForgetAsync(entity);
            return (entity, true, await _completion.RolledBackAsync(entity, cancellationToken));
        }

        if (entity.Status?.IsUpgraded() == true)
        {
            var (written, runs, after) = await _completion.SucceededAsync(entity, cancellationToken);
            if (runs)
            {
                return (written, after is not null, after);
            }

            await ForgetAsync(written);
            return (written, true, after ?? _completion.InertFor(written));
        }

        // A status that preflight found to be too old does not say that there is nothing to roll back.
        if (entity.Spec.DesiredState == DesiredState.RolledBack
            && entity.Status?.Findings.Exists(f => f.Reason == Reasons.StatusOutdated) != true
            && (entity.Status?.Plan is null || entity.Status is { RollbackPlan: null, Target.Claim: null }))
        {
            await ForgetAsync(entity);
            await _completion.NothingAsync(entity, cancellationToken);
            return (entity, true, null);
        }

        return null;
    }

    private async Task<TimeSpan?> RunAsync(
        RunObject entity, RunSession session, string accessKey, CancellationToken cancellationToken)
    {
        var status = entity.Status!;
        var claimed = status.Target?.Claim is not null;
        if (claimed && !session.ClaimSeen && await _frame.Services.Claims.ClaimAsync(
            ClaimTarget.Of(status.Target)!, entity.Entity, entity.Spec.AdoptTarget, keep: true, cancellationToken)
            is { } holder)
        {
            var lost = $"The claim on the target is held by {holder} now; the claim of this object was removed. "
                + "Only one of the two may continue: delete the other one.";
            await StalledAsync(entity, Reasons.TargetClaimLost, lost, cancellationToken);
            return ClaimInterval;
        }

        if (claimed && !session.ClaimSeen
            && await _preflight.GiveWayAsync(entity, session, cancellationToken) is { } given)
        {
            return given;
        }

        session.ClaimSeen = claimed;
        if (!session.HasNoBlocker && _kind.Plans.Active(status) == PlanSlot.Upgrade
            && await session.Targets.FindBlockerAsync(cancellationToken) is { } blocker)
        {
            await StalledAsync(entity, blocker.Reason, blocker.Message, cancellationToken);
            return BlockerInterval;
        }

        session.HasNoBlocker = true;
        session.Targets.FollowEvents();
        var isRollbackAfterSuccess =
            status.IsUpgraded() && status.RollbackPlan is null && _kind.Plans.Active(status) == PlanSlot.Upgrade;
        var step = isRollbackAfterSuccess
            ? await _runs.RollBackAfterSuccessAsync(entity, session, cancellationToken)
            : await _runs.AdvanceAsync(entity, session, accessKey, adjust: null, cancellationToken);
        if (!step.IsOver)
        {
            return step.After;
        }

        // The end of one plan may be the start of another: an accepted upgrade is cleaned up. A run that an abort has
        // undone waits for a token.
        return await EndedAsync(step.Entity, cancellationToken) is var (_, stays, after)
            ? stays ? after : TimeSpan.FromMilliseconds(1)
            : step.After;
    }

    private Task<RunObject> StalledAsync(
        RunObject entity, string reason, string message, CancellationToken cancellationToken)
    {
        var phase = entity.Status!.Phase ?? RunPhases.Pending;
        var summary = new RunStatusSummary(RunOutcomeKind.Stalled, phase, reason, message);
        return _frame.WriteAsync(entity, entity.Status, summary, _frame.Now, cancellationToken);
    }

    // mode: Plan has finished and nothing was requested since.
    private static bool IsPlanReady(RunObject entity) =>
        entity.Status?.Phase == RunPhases.Planned
        && entity.Status.ObservedGeneration == entity.Metadata.Generation
        && RunTokens.NewRetries(entity).Count == 0;

    // CEL refuses it; an object that was made again from a backup may have it.
    private bool IsChanged(RunObject entity) =>
        entity.Status is { Plan.SpecHash: { Length: > 0 } compiledFor } status
        && (status.Target?.Claim is not null || status.RollbackPlan is not null)
        && !status.IsUpgraded()
        && compiledFor != _kind.IdentityHash(entity.Spec);

    private Task ForgetAsync(RunObject entity) => ForgetAsync((TEntity)entity.Entity);

    private void OnEvent(RunSession session, RunObject entity)
    {
        session.WorldChanged();
        _frame.Store.Wake(entity);
    }
}
