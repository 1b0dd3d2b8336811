namespace Drydock.Reconcilers.Upgrades;

/// <summary>Takes objects of one kind through preflight, plan, run and completion. Level-based and never blocking; see
/// <see cref="PlanRun"/>.</summary>
internal class RunController<TEntity> : EntityController<TEntity, RunSession>
    where TEntity : class, IKubernetesObject
{
    private readonly RunKind _kind;
    private readonly TurnRunner<TEntity> _turns;
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
        var frame = new RunFrame(kind, services, trigger, entity => ForgetAsync((TEntity)entity));
        _turns = new TurnRunner<TEntity>(frame, writer);
        var rollbacks = new RollbackFlow(frame);
        var parked = new ParkedStateFlow(frame);
        _runs = new RunFlow(frame, rollbacks, parked);
        var completion = _completion = new CompletionFlow(frame, rollbacks);
        _preflight = new PreflightFlow(frame, turn => Decision.Do(new Forget(), _ => completion.Nothing(turn)));
        _deletion = new DeletionFlow(frame, _runs, parked);
        _words = new WordGate(frame);
    }

    protected override bool IsInert(TEntity entity) => _completion.IsInert(_kind.Form.Read(entity));

    protected override TimeSpan? InertFor(TEntity entity) => _completion.InertFor(_kind.Form.Read(entity));

    protected override string? FinalizerOf(TEntity entity) =>
        _kind.Form.Read(entity).Status?.Target?.Claim is null ? null : Labels.UpgradeFinalizer;

    protected override TEntity ReduceInert(TEntity entity) => (TEntity)_kind.Form.Reduce(entity);

    protected override async Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var session = SessionOf(entity, static () => new RunSession());
        using var about = RunSpans.Of(_kind.Form.Read(entity).Status) is { TraceId: var trace }
            ? _logger.BeginScope(
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["TraceId"] = trace.ToHexString() })
            : null;
        return (await _turns.RunAsync(session, entity, Begin, cancellationToken)).After;
    }

    private Decision Begin(Turn turn) =>
        StatusForm.Unknown(turn.Status) is { } unknown
            ? Unread(turn, unknown, () =>
                Decision.Warn(Reasons.StatusUnreadable, unknown.Message, static () => Decision.Waits))
        : StatusForm.UnreadablePart(turn.Status) is { } part
            ? Unread(turn, part, () => _runs.Stalled(turn, Reasons.StatusUnreadable, part.Message, after: null))
        : CompletionFlow.IsAtRest(turn.Entity) && RunTokens.NewAbort(turn.Entity) is { } token
            ? Decision.Write(RunTokens.UseAbort(turn.Status, token, turn.Now), SeeRollback)
            : SeeRollback(turn);

    // Nothing is done with it. A deletion waits as well, unless an administrator gives the target up.
    private Decision Unread(Turn turn, StatusForm why, Func<Decision> refuse) => !turn.IsDeleted
        ? refuse()
        : Decision.Do(new IsAbandoned(), isAbandoned => isAbandoned ? _deletion.Unread(turn, why) : refuse());

    // Not before the first write, which has conditions.
    private Decision SeeRollback(Turn turn) =>
        turn.Entity.Status is { Conditions.Count: > 0 } status
        && ControlAnnotations.SeeRollback(turn.Entity, status, turn.Now) is { } asked
            ? Decision.Write(asked, Admit)
            : Admit(turn);

    private Decision Admit(Turn turn) =>
        _completion.IsInert(turn.Entity) ? Decide(turn) : _words.Admit(turn, Decide);

    private Decision Decide(Turn turn) => (turn.IsDeleted ? null : Ended(turn)) ?? Advance(turn);

    private Decision Advance(Turn turn) => Decision.Do(new BindTargets(), isBound =>
        !isBound ? Changed(turn)
        : turn.IsDeleted ? _deletion.Advance(turn).Then(static (_, step) =>
            step.IsOver ? Decision.Do(new Forget(), _ => Decision.End(step)) : Decision.End(step))
        : turn.Status is { Plan: not null } status
            && (status.Target?.Claim is not null || status.RollbackPlan is not null || status.IsUpgraded())
            ? Run(turn)
        : _preflight.Advance(turn));

    private Decision Changed(Turn turn) => _runs.Stalled(
        turn,
        Reasons.SpecChangeIgnored,
        "Changed while the stored plan runs: "
        + $"{SpecIdentity.Changes(turn.Status.Plan!, _kind.Form.IdentityOf(turn.Entity.Written))}. Nothing is started. "
        + "Restore the old value, then the stored plan continues automatically.",
        after: null);

    // What is done with an object that has finished; null while a run is under way.
    private Decision? Ended(Turn turn)
    {
        var status = turn.Status;
        if (status.IsRolledBack() && !RollbackDecision.IsUndoneByAbort(turn.Spec, status))
        {
            return Decision.Do(new Forget(), _ => _completion.RolledBack(turn));
        }

        return !status.IsUpgraded() ? null : _completion.Succeeded(turn)?.Then((at, step) => !step.IsOver
            ? Decision.End(step)
            : Decision.Do(new Forget(), _ =>
                Decision.End(step with { After = step.After ?? _completion.InertFor(at.Entity) })));
    }

    private Decision Run(Turn turn) => turn.Status.Target?.Claim is not null && !turn.Session.ClaimSeen
        ? _runs.Reclaim(turn, () => _preflight.GiveWay(turn, () => Claimed(turn)))
        : Claimed(turn);

    private Decision Claimed(Turn turn)
    {
        turn.Session.ClaimSeen = turn.Status.Target?.Claim is not null;
        return _runs.Unblocked(turn, () =>
        {
            turn.Session.Targets.FollowEvents();
            var decision = turn.Status.ActiveKind() == PlanKind.Upgrade && turn.Status.IsUpgraded()
                ? _runs.RollBackAfterSuccess(turn)
                : _runs.Advance(turn);

            // The end of one plan may be the start of another: an accepted upgrade is cleaned up. A run that an abort
            // has undone waits for a token.
            return decision.Then((at, step) =>
                !step.IsOver ? Decision.End(step)
                : Ended(at) ?? (at.Status.IsUpgraded() ? Decision.AtOnce : Decision.End(step)));
        });
    }
}
