using System.Collections.Concurrent;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.Common.Storage;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Running;
using Drydock.Reconcilers.OmsUpgrades.Status;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades;

/// <summary>Takes OMS installations through upgrades: preflight, plan, run, end. Level-based and never blocking; see <see cref="PlanRun"/>.</summary>
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list,watch,update,patch")]
[EntityRbac(ApiGroup.Name, "omsupgrades/status", Verbs = "get,update,patch")]
[EntityRbac(ApiGroup.Name, "omsupgrades/finalizers", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list,watch,create")]
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list,watch,create")]
[EntityRbac("", "secrets", Verbs = "get,list,watch,create,update")]
[EntityRbac("", "namespaces", Verbs = "get")]
[EntityRbac("", "events", Verbs = "create,patch")]
[EntityRbac("coordination.k8s.io", "leases", Verbs = "get,list,watch,create,update,patch,delete", OperatorNamespaceOnly = true)]
public sealed class OmsUpgradeController : IEntityController<OmsUpgrade>, IAsyncDisposable
{
    private static readonly TimeSpan Shortly = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, OmsSession> _sessions = new(StringComparer.Ordinal);
    private readonly OmsServices _services;
    private readonly IEntityWriter<OmsUpgrade> _writer;
    private readonly IReconcileTrigger<OmsUpgrade> _trigger;
    private readonly OmsStatusWriter _status;
    private readonly PreflightFlow _preflight;
    private readonly RunFlow _runs;
    private readonly EndFlow _ends;
    private readonly DeletionFlow _deletion;

    /// <summary>Composes the controller.</summary>
    public OmsUpgradeController(OmsServices services, IEntityWriter<OmsUpgrade> writer, IReconcileTrigger<OmsUpgrade> trigger)
    {
        _services = services;
        _writer = writer;
        _trigger = trigger;
        _status = new OmsStatusWriter(writer, services.Events);
        _preflight = new PreflightFlow(services, _status, writer, trigger);
        var plans = new PlanFlow(services, _status, trigger);
        _runs = new RunFlow(services, plans, _status);
        _ends = new EndFlow(services, _status, writer);
        _deletion = new DeletionFlow(services, _runs, plans, writer);
    }

    /// <summary>Names of the Secrets whose changes wake an upgrade.</summary>
    public static IEnumerable<string> ReferencedSecrets(OmsUpgrade upgrade) =>
        OmsUpgradePhases.IsEnded(upgrade.Status?.Phase) ? [] : OmsSecrets.Names(upgrade.Spec);

    /// <inheritdoc />
    public async Task<ReconciliationResult<OmsUpgrade>> ReconcileAsync(OmsUpgrade entity, CancellationToken cancellationToken)
    {
        if (IsInert(entity))
        {
            return Inert(entity);
        }

        // The cache may be behind our own last write; what is decided here is decided on what the server has.
        var upgrade = await _writer.ReadAsync(entity, cancellationToken);
        if (upgrade is null || upgrade.Metadata.Uid != entity.Metadata.Uid)
        {
            return ReconciliationResult<OmsUpgrade>.Success(entity);
        }

        if (IsInert(upgrade))
        {
            return Inert(upgrade);
        }

        try
        {
            if ((EndFlow.IsAtRest(upgrade) || IsPlanReady(upgrade)) && RunTokens.NewAbort(upgrade) is { } token)
            {
                upgrade = await _status.WriteAsync(upgrade, RunTokens.UseAbort(upgrade.Status!, token, _services.Time.GetUtcNow()), cancellationToken);
            }

            var after = await ReconcileFreshAsync(upgrade, cancellationToken);
            return ReconciliationResult<OmsUpgrade>.Success(upgrade, after);
        }
        catch (Exception exception) when (exception is KubernetesConflictException or KubernetesOutcomeUnknownException)
        {
            // Somebody else wrote, or our write may or may not have come through: read again and decide again.
            return ReconciliationResult<OmsUpgrade>.Success(upgrade, Shortly);
        }
    }

    /// <inheritdoc />
    public async Task<ReconciliationResult<OmsUpgrade>> DeletedAsync(OmsUpgrade entity, CancellationToken cancellationToken)
    {
        await ForgetAsync(entity);
        return ReconciliationResult<OmsUpgrade>.Success(entity);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values)
        {
            await session.DisposeAsync();
        }

        _sessions.Clear();
    }

    private bool IsInert(OmsUpgrade upgrade) =>
        EndFlow.IsInert(upgrade) && EndFlow.InertFor(upgrade, _services.Time.GetUtcNow()) != TimeSpan.Zero;

    // Until a cleanup is due nothing is read or written.
    private ReconciliationResult<OmsUpgrade> Inert(OmsUpgrade upgrade) => EndFlow.InertFor(upgrade, _services.Time.GetUtcNow()) is { } later
        ? ReconciliationResult<OmsUpgrade>.Success(upgrade, later)
        : ReconciliationResult<OmsUpgrade>.Success(upgrade);

    private async Task<TimeSpan?> ReconcileFreshAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Metadata.DeletionTimestamp is null && await EndedAsync(upgrade, cancellationToken) is var (ended, stays, after))
        {
            if (stays)
            {
                return after;
            }

            upgrade = ended;
        }

        var session = _sessions.GetOrAdd(upgrade.Metadata.Uid!, static _ => new OmsSession());
        var secrets = await OmsSecrets.ReadAsync(_services.Kubernetes, upgrade, cancellationToken);
        var accessKey = await session.BindAsync(upgrade, secrets, _services, () => OnContainerEvent(session, upgrade));
        if (upgrade.Metadata.DeletionTimestamp is not null)
        {
            var (gone, later) = await _deletion.AdvanceAsync(upgrade, session, accessKey, cancellationToken);
            if (gone)
            {
                await ForgetAsync(upgrade);
            }

            return later;
        }

        if (IsPlanReady(upgrade))
        {
            await ForgetAsync(upgrade);
            return null;
        }

        if (upgrade.Status is { Plan: not null } status && (status.Target?.Claim is not null || status.RollbackPlan is not null || status.UpgradeStands()))
        {
            return await RunAsync(upgrade, session, accessKey, cancellationToken);
        }

        var (_, again) = await _preflight.AdvanceAsync(upgrade, session, accessKey, cancellationToken);
        return again;
    }

    // What has come to an end, or has nothing to take back; null while a run is under way.
    private async Task<(OmsUpgrade Upgrade, bool Stays, TimeSpan? After)?> EndedAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Status is { } status && status.WentBack() && !WayBack.IsUndoneByAbort(upgrade))
        {
            await ForgetAsync(upgrade);
            return (upgrade, true, await _ends.RolledBackAsync(upgrade, cancellationToken));
        }

        if (upgrade.Status?.UpgradeStands() == true)
        {
            var (written, runs, after) = await _ends.SucceededAsync(upgrade, cancellationToken);
            if (runs)
            {
                return (written, after is not null, after);
            }

            await ForgetAsync(written);
            return (written, true, after ?? EndFlow.InertFor(written, _services.Time.GetUtcNow()));
        }

        if (upgrade.Spec.DesiredState == DesiredState.RolledBack && (upgrade.Status?.Plan is null || upgrade.Status is { RollbackPlan: null, Target.Claim: null }))
        {
            await ForgetAsync(upgrade);
            await _ends.NothingAsync(upgrade, cancellationToken);
            return (upgrade, true, null);
        }

        return null;
    }

    private async Task<TimeSpan?> RunAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        var claimed = upgrade.Status!.Target?.Claim is not null;
        if (claimed && !session.ClaimSeen && await _services.Claims.ClaimAsync(upgrade.Status.Target!.Identity!, upgrade, upgrade.Spec.AdoptTarget, cancellationToken) is { } holder)
        {
            var lost = new Standing(StandingKind.Stalled, upgrade.Status.Phase ?? OmsUpgradePhases.Pending, Reasons.TargetClaimLost, $"the claim on the target is held by {holder} now; somebody removed ours. Let only one of the two go on: delete the other");
            await _status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, upgrade.Status, lost, _services.Time.GetUtcNow()), cancellationToken);
            return TimeSpan.FromMinutes(1);
        }

        session.ClaimSeen = claimed;
        if (!session.StorageSeen && PlanSlots.Active(upgrade.Status) == PlanSlot.Upgrade && await StorageTroubleAsync(upgrade, cancellationToken) is { } trouble)
        {
            await _status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, upgrade.Status, trouble, _services.Time.GetUtcNow()), cancellationToken);
            return TimeSpan.FromSeconds(30);
        }

        session.StorageSeen = true;
        session.Targets!.FollowEvents();
        var step = upgrade.Status.UpgradeStands() && upgrade.Status.RollbackPlan is null && PlanSlots.Active(upgrade.Status) == PlanSlot.Upgrade
            ? await _runs.TurnAfterSuccessAsync(upgrade, session, cancellationToken)
            : await _runs.AdvanceAsync(upgrade, session, accessKey, Drift(upgrade), cancellationToken);
        if (step.End == RunEnd.None)
        {
            return step.After;
        }

        // The end of one thing may be the beginning of another: an accepted upgrade is cleaned up.
        // What an abort undid waits for a token.
        return await EndedAsync(step.Upgrade, cancellationToken) is var (_, stays, after)
            ? stays ? after : TimeSpan.FromMilliseconds(1)
            : step.After;
    }

    // Null: the storage bears the mark of preflight.
    private async Task<Standing?> StorageTroubleAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        var (phase, storage) = (upgrade.Status!.Phase ?? OmsUpgradePhases.Pending, upgrade.Spec.Backup.Storage);
        try
        {
            return await _services.BackupStorage.IsMarkedAsync(storage, upgrade.Metadata.Namespace, cancellationToken)
                ? null
                : new Standing(StandingKind.Stalled, phase, Reasons.StorageLost, $"the backup storage {StorageText.Describe(storage)} no longer bears the mark that preflight wrote there: it is not what it was. Nothing is started before the right volume is mounted into the operator, or the right bucket is back");
        }
        catch (SnapshotException exception)
        {
            // Not read is not lost.
            var reason = exception.Failure == SnapshotFailure.InvalidRequest ? Reasons.SecretMissing : Reasons.StorageUnusable;
            return new Standing(StandingKind.Stalled, phase, reason, $"{exception.Message.TrimEnd('.')}. Nothing is started before the backup storage answers; this looks again by itself");
        }
    }

    // mode: Plan has ended and nothing was asked since.
    private static bool IsPlanReady(OmsUpgrade upgrade) =>
        upgrade.Status?.Phase == OmsUpgradePhases.Planned
        && upgrade.Status.ObservedGeneration == upgrade.Metadata.Generation
        && RunTokens.NewRetries(upgrade).Count == 0;

    private static Func<Standing, Standing>? Drift(OmsUpgrade upgrade) =>
        upgrade.Status?.Plan?.SpecHash is { Length: > 0 } compiledFor && compiledFor != IdentityHash.Of(upgrade.Spec)
            ? standing => standing with { Message = $"{standing.Message} [{Reasons.SpecChangeIgnored}: an identity field of spec was changed while the stored plan runs; the stored plan goes on. Put the old value back]" }
            : null;

    private void OnContainerEvent(OmsSession session, OmsUpgrade upgrade)
    {
        session.WorldChanged();
        _trigger.Wake(upgrade.Metadata.Namespace, upgrade.Metadata.Name);
    }

    private async Task ForgetAsync(OmsUpgrade upgrade)
    {
        if (upgrade.Metadata.Uid is { } uid && _sessions.TryRemove(uid, out var session))
        {
            await session.DisposeAsync();
        }
    }
}
