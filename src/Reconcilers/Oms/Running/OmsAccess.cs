using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>The way to the Docker hosts and the metadata database of an upgrade.</summary>
internal sealed class OmsAccess(OmsServices services) : IRunAccess<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>
{
    /// <inheritdoc />
    public async Task<RunBinding<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>> ReadAsync(
        OmsUpgrade entity, CancellationToken cancellationToken)
    {
        var secrets = await OmsSecrets.ReadAsync(services.Kubernetes, entity, cancellationToken);
        var spec = entity.Spec;
        var nodes = spec.Regions.SelectMany(r => r.Nodes).ToList();
        return new RunBinding<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>(
            $"{string.Join(';', nodes.Select(n => $"{n.Name}={n.Docker}"))}|{spec.MetadataDatabase}|{spec.Timeouts}|{secrets.Digest}",
            $"{string.Join(';', nodes.Select(n => n.ToString()))}|{spec.MetadataDatabase}|{secrets.Digest}",
            onContainerEvent => new OmsRunTargets(new OmsTargets(entity, secrets, services, onContainerEvent), services));
    }
}
