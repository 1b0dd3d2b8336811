using Drydock.Clients.Docker;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>The targets of an OmsUpgrade as the frame sees them.</summary>
internal sealed class OmsRunTargets(OmsTargets targets, OmsServices services) : IRunTargets<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>
{
    /// <inheritdoc />
    public IStepOutputs Outputs { get; } = new OmsOutputs(targets);

    /// <inheritdoc />
    public void Refresh(OmsUpgrade entity) => targets.Refresh(entity);

    /// <inheritdoc />
    public string Redact(string text) => targets.Redactor.Redact(text);

    /// <inheritdoc />
    public IStepCatalog Catalog() => new OmsStepCatalog(targets);

    /// <inheritdoc />
    public async Task<RunPreflight<OmsUpgradeSpec, OmsUpgradeStatus>> PreflightAsync(
        CancellationToken cancellationToken)
    {
        var result = await new OmsPreflight(targets, services.BackupStorage, services.Time).RunAsync(cancellationToken);
        return new RunPreflight<OmsUpgradeSpec, OmsUpgradeStatus>(result.Discovery is { } discovery ? new OmsDiscovered(discovery) : null, result.Findings, result.TargetIdentity is { } identity ? new ClaimTarget(identity, result.TargetAddresses) : null);
    }

    /// <inheritdoc />
    public async Task<string?> FindObstacleAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await new RollbackCheck(targets).FindObstacleAsync(status, cancellationToken);
        }
        catch (Exception exception) when (exception is DockerException or SnapshotException or KeyNotFoundException or IOException)
        {
            // A host or storage that cannot be reached is for the guards and steps to say, except where nothing forces
            // the way back now.
            return status.IsUpgraded() ? targets.Redactor.Redact(exception.Message) : null;
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> RollbackNotesAsync(OmsUpgradeStatus status, CancellationToken cancellationToken) =>
        new RollbackNotes(targets, services.Time).CompileAsync(status, services.Time.GetUtcNow(), cancellationToken);

    /// <inheritdoc />
    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) =>
        StorageBlocker.FindAsync(services.BackupStorage, targets.Upgrade.Spec.Backup.Storage, targets.Upgrade.Metadata.Namespace, cancellationToken);

    /// <inheritdoc />
    public void FollowEvents() => targets.FollowEvents();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => targets.DisposeAsync();
}
