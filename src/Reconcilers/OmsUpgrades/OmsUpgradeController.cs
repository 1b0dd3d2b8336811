using System.Collections.Concurrent;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
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
    private readonly PlanFlow _plans;
    private readonly DeletionFlow _deletion;

    /// <summary>Composes the controller.</summary>
    public OmsUpgradeController(OmsServices services, IEntityWriter<OmsUpgrade> writer, IReconcileTrigger<OmsUpgrade> trigger)
    {
        _services = services;
        _writer = writer;
        _trigger = trigger;
        _status = new OmsStatusWriter(writer, services.Events);
        _preflight = new PreflightFlow(services, _status, writer, trigger);
        _plans = new PlanFlow(services, _status, trigger);
        _deletion = new DeletionFlow(services, _plans, _status, writer);
    }

    /// <summary>Names of the Secrets whose changes wake an upgrade.</summary>
    public static IEnumerable<string> ReferencedSecrets(OmsUpgrade upgrade) =>
        OmsUpgradePhases.IsEnded(upgrade.Status?.Phase) ? [] : OmsSecrets.Names(upgrade.Spec);

    /// <inheritdoc />
    public async Task<ReconciliationResult<OmsUpgrade>> ReconcileAsync(OmsUpgrade entity, CancellationToken cancellationToken)
    {
        if (IsInert(entity))
        {
            return ReconciliationResult<OmsUpgrade>.Success(entity);
        }

        // The cache may be behind our own last write; what is decided here is decided on what the server has.
        var upgrade = await _writer.ReadAsync(entity, cancellationToken);
        if (upgrade is null || upgrade.Metadata.Uid != entity.Metadata.Uid || IsInert(upgrade))
        {
            return ReconciliationResult<OmsUpgrade>.Success(entity);
        }

        try
        {
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

    // Ended, and nothing asked since: no read, no write, no connection to any target.
    private static bool IsInert(OmsUpgrade upgrade) =>
        upgrade.Metadata.DeletionTimestamp is null
        && upgrade.Status?.Phase == OmsUpgradePhases.Succeeded
        && upgrade.Status.ObservedGeneration == upgrade.Metadata.Generation
        && upgrade.Status.Target?.Claim is null
        && upgrade.Metadata.Finalizers?.Contains(Labels.UpgradeFinalizer) != true;

    private async Task<TimeSpan?> ReconcileFreshAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Status?.Phase == OmsUpgradePhases.Succeeded && upgrade.Metadata.DeletionTimestamp is null)
        {
            await EndAsync(upgrade, cancellationToken);
            return null;
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

        return upgrade.Status?.Plan is null || upgrade.Status.Target?.Claim is null
            ? await PreflightAsync(upgrade, session, accessKey, cancellationToken)
            : await RunAsync(upgrade, session, accessKey, cancellationToken);
    }

    private async Task<TimeSpan?> PreflightAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        var (_, after) = await _preflight.AdvanceAsync(upgrade, session, accessKey, cancellationToken);
        return after;
    }

    private async Task<TimeSpan?> RunAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        if (!session.ClaimSeen && await _services.Claims.TakeAsync(upgrade.Status!.Target!.Identity!, upgrade, cancellationToken) is { } holder)
        {
            var lost = new Standing(StandingKind.Stalled, upgrade.Status.Phase ?? OmsUpgradePhases.Pending, Reasons.TargetClaimLost, $"the claim on the target is held by {holder} now; somebody removed ours. Let only one of the two go on: delete the other");
            await _status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, upgrade.Status, lost, _services.Time.GetUtcNow()), cancellationToken);
            return TimeSpan.FromMinutes(1);
        }

        session.ClaimSeen = true;
        if (!session.StorageSeen && !await _services.BackupStorage.IsMarkedAsync(upgrade.Spec.Backup.Storage.Directory.Path, cancellationToken))
        {
            var lost = new Standing(StandingKind.Stalled, upgrade.Status!.Phase ?? OmsUpgradePhases.Pending, Reasons.StorageLost, $"the backup storage {upgrade.Spec.Backup.Storage.Directory.Path} no longer bears the mark that preflight wrote there: it is not the volume it was. Nothing is started before the right volume is mounted into the operator");
            await _status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, upgrade.Status, lost, _services.Time.GetUtcNow()), cancellationToken);
            return TimeSpan.FromSeconds(30);
        }

        session.StorageSeen = true;
        session.Targets!.FollowEvents();
        var (written, outcome) = await _plans.AdvanceAsync(upgrade, session, accessKey, null, Drift(upgrade), cancellationToken);
        if (outcome.State == RunState.Succeeded)
        {
            await EndAsync(written, cancellationToken);
        }

        return outcome.LookAgainAfter;
    }

    // The end: the claim goes, then nothing is held and nothing is connected to any more. Level-based: a crash in between comes here again.
    private async Task EndAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        await ForgetAsync(upgrade);
        var status = upgrade.Status!;
        if (status.Target is { Claim: { } claim } target)
        {
            await _services.Claims.ReleaseAsync(claim, upgrade.Metadata.Uid!, cancellationToken);
            status = status with { Target = target with { Claim = null, ClaimNamespace = null } };
        }

        upgrade = await _status.WriteAsync(upgrade, Observed(status, upgrade.Metadata.Generation), cancellationToken);
        await _writer.RemoveFinalizerAsync(upgrade, Labels.UpgradeFinalizer, cancellationToken);
    }

    private static OmsUpgradeStatus Observed(OmsUpgradeStatus status, long? generation) => status with
    {
        ObservedGeneration = generation,
        Conditions = [.. status.Conditions.Select(c => c with { ObservedGeneration = generation })],
    };

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
        session.Run.WorldChanged();
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
