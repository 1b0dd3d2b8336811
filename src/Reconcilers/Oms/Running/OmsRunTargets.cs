using Drydock.Clients.Docker;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>The targets of an OmsUpgrade as the frame sees them.</summary>
internal sealed class OmsRunTargets(
    OmsTargets targets, OmsServices services) : IRunTargets<OmsUpgrade, OmsUpgradeStatus>
{
    public void Refresh(OmsUpgrade entity) => targets.Refresh(entity);

    public string Redact(string text) => targets.Redactor.Redact(text);

    public IStepCatalog Catalog() => StepCatalog.Of<IOmsTargets>(targets);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new OmsPreflight(targets, services.BackupStorage, services.Time).RunAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new OmsDiscovered(discovery, targets));
    }

    public async Task<string?> FindObstacleAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await new RollbackCheck(targets).FindObstacleAsync(status, cancellationToken);
        }
        catch (Exception exception)
            when (exception is DockerException or SnapshotException or KeyNotFoundException or IOException)
        {
            // The guards and steps report a host or storage that cannot be reached. Only after a success, when nothing
            // forces the rollback now, it is reported here.
            return status.IsUpgraded() ? targets.Redactor.Redact(exception.Message) : null;
        }
    }

    public Task<IReadOnlyList<string>> RollbackNotesAsync(
        OmsUpgradeStatus status, CancellationToken cancellationToken) =>
        new RollbackNotes(targets, services.Time).CompileAsync(status, services.Time.GetUtcNow(), cancellationToken);

    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) =>
        StorageBlocker.FindAsync(
            services.BackupStorage,
            targets.Upgrade.Spec.Backup.Storage,
            targets.Upgrade.Metadata.Namespace,
            cancellationToken);

    public void FollowEvents() => targets.FollowEvents();

    public ValueTask DisposeAsync() => targets.DisposeAsync();
}
