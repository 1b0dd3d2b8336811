using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Takes objects of one kind through preflight, plan, run and end. Level-based and never blocking; see
/// <see cref="PlanRun"/>.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal sealed class RunController<TEntity, TSpec, TStatus> : EntityController<TEntity, RunSession<TEntity, TSpec, TStatus>>
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private static readonly TimeSpan BlockerInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookForClaim = TimeSpan.FromMinutes(1);

    private readonly RunKind<TEntity, TSpec, TStatus> _kind;
    private readonly RunFrame<TEntity, TSpec, TStatus> _frame;
    private readonly PreflightFlow<TEntity, TSpec, TStatus> _preflight;
    private readonly RunFlow<TEntity, TSpec, TStatus> _runs;
    private readonly CompletionFlow<TEntity, TSpec, TStatus> _completion;
    private readonly DeletionFlow<TEntity, TSpec, TStatus> _deletion;

    /// <summary>Composes the controller of a kind.</summary>
    public RunController(
        RunKind<TEntity, TSpec, TStatus> kind,
        RunServices services,
        IEntityWriter<TEntity> writer,
        IReconcileTrigger<TEntity> trigger)
        : base(writer, services.Events)
    {
        _kind = kind;
        _frame = new RunFrame<TEntity, TSpec, TStatus>(kind, services, writer, trigger);
        _preflight = new PreflightFlow<TEntity, TSpec, TStatus>(_frame);
        var plans = new PlanFlow<TEntity, TSpec, TStatus>(_frame);
        var rollbacks = new RollbackFlow<TEntity, TSpec, TStatus>(_frame);
        var parked = new ParkedStateFlow<TEntity, TSpec, TStatus>(_frame);
        _runs = new RunFlow<TEntity, TSpec, TStatus>(_frame, plans, rollbacks, parked);
        _completion = new CompletionFlow<TEntity, TSpec, TStatus>(_frame, rollbacks);
        _deletion = new DeletionFlow<TEntity, TSpec, TStatus>(_frame, _runs, plans, parked);
    }

    /// <inheritdoc />
    protected override bool IsInert(TEntity entity) => _completion.IsInert(entity);

    /// <inheritdoc />
    protected override TimeSpan? InertFor(TEntity entity) => _completion.InertFor(entity);

    /// <inheritdoc />
    protected override async Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken)
    {
        if ((CompletionFlow<TEntity, TSpec, TStatus>.IsAtRest(entity) || IsPlanReady(entity)) && RunTokens.NewAbort(entity) is { } token)
        {
            entity = await _frame.WriteAsync(entity, RunTokens.UseAbort(entity.Status!, token, _frame.Now), cancellationToken);
        }

        return await AdvanceAsync(entity, cancellationToken);
    }

    private async Task<TimeSpan?> AdvanceAsync(TEntity entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.DeletionTimestamp is null && await EndedAsync(entity, cancellationToken) is var (ended, stays, after))
        {
            if (stays)
            {
                return after;
            }

            entity = ended;
        }

        var session = SessionOf(entity, static () => new RunSession<TEntity, TSpec, TStatus>());
        var binding = await _kind.Access.ReadAsync(entity, cancellationToken);
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

        return entity.Status is { Plan: not null } status && (status.Target?.Claim is not null || status.RollbackPlan is not null || status.IsUpgraded())
            ? await RunAsync(entity, session, binding.AccessKey, cancellationToken)
            : await _preflight.AdvanceAsync(entity, session, binding.AccessKey, cancellationToken);
    }

    // What has come to an end, or has nothing to take back; null while a run is under way.
    private async Task<(TEntity Entity, bool Stays, TimeSpan? After)?> EndedAsync(TEntity entity, CancellationToken cancellationToken)
    {
        if (entity.Status is { } status && status.IsRolledBack() && !RollbackDecision.IsUndoneByAbort(entity.Spec, status))
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

        if (entity.Spec.DesiredState == DesiredState.RolledBack && (entity.Status?.Plan is null || entity.Status is { RollbackPlan: null, Target.Claim: null }))
        {
            await ForgetAsync(entity);
            await _completion.NothingAsync(entity, cancellationToken);
            return (entity, true, null);
        }

        return null;
    }

    private async Task<TimeSpan?> RunAsync(
        TEntity entity,
        RunSession<TEntity, TSpec, TStatus> session,
        string accessKey,
        CancellationToken cancellationToken)
    {
        var status = entity.Status!;
        var claimed = status.Target?.Claim is not null;
        if (claimed && !session.ClaimSeen && await _frame.Services.Claims.ClaimAsync(ClaimTarget.Of(status.Target)!, entity, entity.Spec.AdoptTarget, keep: true, cancellationToken) is { } holder)
        {
            await StalledAsync(entity, Reasons.TargetClaimLost, $"the claim on the target is held by {holder} now; somebody removed ours. Let only one of the two go on: delete the other", cancellationToken);
            return LookForClaim;
        }

        if (claimed && !session.ClaimSeen && await _preflight.GiveWayAsync(entity, session, cancellationToken) is { } given)
        {
            return given;
        }

        session.ClaimSeen = claimed;
        if (!session.HasNoBlocker && _kind.Plans.Active(status) == PlanSlot.Upgrade && await session.Targets.FindBlockerAsync(cancellationToken) is { } blocker)
        {
            await StalledAsync(entity, blocker.Reason, blocker.Message, cancellationToken);
            return BlockerInterval;
        }

        session.HasNoBlocker = true;
        session.Targets.FollowEvents();
        var step = status.IsUpgraded() && status.RollbackPlan is null && _kind.Plans.Active(status) == PlanSlot.Upgrade
            ? await _runs.RollBackAfterSuccessAsync(entity, session, cancellationToken)
            : await _runs.AdvanceAsync(entity, session, accessKey, Drift(entity), cancellationToken);
        if (step.End == RunEnd.None)
        {
            return step.After;
        }

        // The end of one thing may be the beginning of another: an accepted upgrade is cleaned up.
        // What an abort undid waits for a token.
        return await EndedAsync(step.Entity, cancellationToken) is var (_, stays, after)
            ? stays ? after : TimeSpan.FromMilliseconds(1)
            : step.After;
    }

    private Task<TEntity> StalledAsync(
        TEntity entity, string reason, string message, CancellationToken cancellationToken)
    {
        var summary = new RunStatusSummary(RunOutcomeKind.Stalled, entity.Status!.Phase ?? RunPhases.Pending, reason, message);
        return _frame.WriteAsync(entity, entity.Status, summary, _frame.Now, cancellationToken);
    }

    // mode: Plan has ended and nothing was asked since.
    private static bool IsPlanReady(TEntity entity) =>
        entity.Status?.Phase == RunPhases.Planned
        && entity.Status.ObservedGeneration == entity.Metadata.Generation
        && RunTokens.NewRetries(entity).Count == 0;

    private Func<RunStatusSummary, RunStatusSummary>? Drift(TEntity entity) =>
        entity.Status?.Plan?.SpecHash is { Length: > 0 } compiledFor && compiledFor != _kind.Work.IdentityHash(entity.Spec)
            ? summary => summary with { Message = $"{summary.Message} [{Reasons.SpecChangeIgnored}: an identity field of spec was changed while the stored plan runs; the stored plan goes on. Put the old value back]" }
            : null;

    private void OnEvent(RunSession<TEntity, TSpec, TStatus> session, TEntity entity)
    {
        session.WorldChanged();
        _frame.Wake(entity);
    }
}
