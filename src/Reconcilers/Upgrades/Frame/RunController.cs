namespace Drydock.Reconcilers.Upgrades;

/// <summary>Takes objects of one kind through preflight, plan, run and completion. Level-based and never blocking; see
/// <see cref="PlanRun"/>.</summary>
internal class RunController<TEntity> : EntityController<TEntity, RunSession>
    where TEntity : class, IKubernetesObject
{
    private readonly RunKind _kind;
    private readonly RunFrame _frame;
    private readonly PreflightFlow _preflight;
    private readonly RunFlow _runs;
    private readonly CompletionFlow _completion;
    private readonly DeletionFlow _deletion;
    private readonly WordGate _words;
    private readonly ILogger _logger;

    public RunController(
        RunKind kind, ControllerServices services, EntityWriter<TEntity> writer, IReconcileTrigger trigger)
        : base(writer, services.Events)
    {
        _kind = kind;
        _logger = services.Loggers.CreateLogger<RunController<TEntity>>();
        var log = services.Loggers.CreateLogger<RunFrame>();
        _frame = new RunFrame(kind, services, new RunStore<TEntity>(kind, writer, trigger, services.Events, log));
        _preflight = new PreflightFlow(_frame);
        var plans = new PlanFlow(_frame);
        var rollbacks = new RollbackFlow(_frame);
        var parked = new ParkedStateFlow(_frame);
        _runs = new RunFlow(_frame, plans, rollbacks, parked);
        _completion = new CompletionFlow(_frame, rollbacks);
        _deletion = new DeletionFlow(_frame, _runs, plans, parked);
        _words = new WordGate(_frame);
    }

    protected override bool IsInert(TEntity entity) => _completion.IsInert(_kind.Read(entity));

    protected override TimeSpan? InertFor(TEntity entity) => _completion.InertFor(_kind.Read(entity));

    protected override string? FinalizerOf(TEntity entity) =>
        _kind.Read(entity).Status?.Target?.Claim is null ? null : Labels.UpgradeFinalizer;

    protected override TEntity ReduceInert(TEntity entity) => (TEntity)_kind.Reduce(entity);

    protected override async Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var session = SessionOf(entity, static () => new RunSession());
        var run = new RunReconcile(_frame, session, _kind.Read(entity), cancellationToken);
        using var about = RunSpans.Of(run.Entity.Status) is { TraceId: var trace }
            ? _logger.BeginScope(
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["TraceId"] = trace.ToHexString() })
            : null;
        if ((CompletionFlow.IsAtRest(run.Entity) || IsPlanReady(run.Entity))
            && RunTokens.NewAbort(run.Entity) is { } token)
        {
            await run.WriteAsync(RunTokens.UseAbort(run.Status, token, _frame.Now));
        }

        // Not before the first write, which has conditions.
        if (run.Entity.Status is { Conditions.Count: > 0 } status
            && ControlAnnotations.SeeRollback(run.Entity, status, _frame.Now) is { } asked)
        {
            await run.WriteAsync(asked);
        }

        if (!_completion.IsInert(run.Entity))
        {
            await _words.AdmitAsync(run, () => BindAsync(run));
        }

        return !run.IsDeleted && await EndedAsync(run) is { } ended ? ended.After : await AdvanceAsync(run);
    }

    // The connections stay those of the former spec, so no step uses the changed field.
    private async Task<bool> BindAsync(RunReconcile run)
    {
        var bound = run.Entity;
        var binding = await _kind.BindAsync(bound, run.CancellationToken);
        if (!run.IsDeleted && IsChanged(bound))
        {
            return false;
        }

        await run.Session.BindAsync(bound, binding, () =>
        {
            run.Session.WorldChanged();
            _frame.Store.Wake(bound);
        });
        return true;
    }

    private async Task<TimeSpan?> AdvanceAsync(RunReconcile run)
    {
        var bound = run.Entity;
        if (!await BindAsync(run))
        {
            await run.StalledAsync(
                Reasons.SpecChangeIgnored,
                "Changed while the stored plan runs: "
                + $"{SpecIdentity.Changes(bound.Status!.Plan!, _kind.IdentityOf(bound.Spec))}. Nothing is started. "
                + "Restore the old value, then the stored plan continues automatically.");
            return null;
        }

        if (run.IsDeleted)
        {
            var step = await _deletion.AdvanceAsync(run);
            if (step.IsOver)
            {
                await ForgetAsync(run);
            }

            return step.After;
        }

        if (IsPlanReady(bound))
        {
            await ForgetAsync(run);
            return null;
        }

        return run.Status is { Plan: not null } status
            && (status.Target?.Claim is not null || status.RollbackPlan is not null || status.IsUpgraded())
            ? await RunAsync(run)
            : await _preflight.AdvanceAsync(run);
    }

    // What is done with an object that has finished, or has nothing to roll back; null while a run is under way.
    private async Task<RunStep?> EndedAsync(RunReconcile run)
    {
        var status = run.Status;
        if (status.IsRolledBack() && !RollbackDecision.IsUndoneByAbort(run.Spec, status))
        {
            await ForgetAsync(run);
            return await _completion.RolledBackAsync(run);
        }

        if (status.IsUpgraded())
        {
            var step = await _completion.SucceededAsync(run);
            if (step is not { IsOver: true })
            {
                return step;
            }

            await ForgetAsync(run);
            return step with { After = step.After ?? _completion.InertFor(run.Entity) };
        }

        // A status that preflight found to be too old does not say that there is nothing to roll back.
        if (run.Spec.DesiredState == DesiredState.RolledBack
            && !status.Findings.Exists(f => f.Reason == Reasons.StatusOutdated)
            && (status.Plan is null || status is { RollbackPlan: null, Target.Claim: null }))
        {
            await ForgetAsync(run);
            return await _completion.NothingAsync(run);
        }

        return null;
    }

    private async Task<TimeSpan?> RunAsync(RunReconcile run)
    {
        var (session, status) = (run.Session, run.Status);
        if (status.Target?.Claim is not null
            && !session.ClaimSeen
            && (await _runs.ReclaimAsync(run) ?? await _preflight.GiveWayAsync(run)) is { } wait)
        {
            return wait;
        }

        session.ClaimSeen = status.Target?.Claim is not null;
        if (await _runs.FindBlockerAsync(run) is { } blocked)
        {
            return blocked.After;
        }

        session.Targets.FollowEvents();
        var step = _kind.Plans.Active(status) == PlanSlot.Upgrade && status.IsUpgraded()
            ? await _runs.RollBackAfterSuccessAsync(run)
            : await _runs.AdvanceAsync(run);

        // The end of one plan may be the start of another: an accepted upgrade is cleaned up. A run that an abort has
        // undone waits for a token.
        return !step.IsOver ? step.After
            : await EndedAsync(run) is { } ended ? ended.After
            : run.Status.IsUpgraded() ? TimeSpan.FromMilliseconds(1)
            : step.After;
    }

    // mode: Plan has finished and nothing was requested since.
    private static bool IsPlanReady(RunObject entity) =>
        entity.Status?.Phase == RunPhases.Planned
        && entity.Status.ObservedGeneration == entity.Metadata.Generation
        && !RunWords.New(entity, WordKind.Retry).Any();

    // CEL refuses it; an object that was made again from a backup may have it.
    private bool IsChanged(RunObject entity) =>
        entity.Status is { Plan.SpecHash: { Length: > 0 } compiledFor } status
        && (status.Target?.Claim is not null || status.RollbackPlan is not null)
        && !status.IsUpgraded()
        && !status.IsRolledBack()
        && compiledFor != _kind.IdentityHash(entity.Spec);

    // A mark that is being made would be taken for another's.
    private Task ForgetAsync(RunReconcile run) =>
        run.Session.Marks.Making is null ? ForgetAsync((TEntity)run.Entity.Entity) : Task.CompletedTask;
}
