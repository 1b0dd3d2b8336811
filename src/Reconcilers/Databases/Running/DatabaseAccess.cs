using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The way to the hosts and processes of an upgrade.</summary>
internal sealed class DatabaseAccess(DatabaseServices services) : IRunAccess<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <inheritdoc />
    public async Task<RunBinding<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> ReadAsync(
        DatabaseRollingUpgrade entity, CancellationToken cancellationToken)
    {
        var secrets = await DatabaseSecrets.ReadAsync(services.Kubernetes, entity, services.Engines.Of(entity.Spec), cancellationToken);

        // Until a plan is stored everything may change, also which processes there are; from then on only how they are
        // reached.
        var targets = $"{DatabaseIdentity.Of(entity.Spec)}|{DatabaseIdentity.AccessOf(entity.Spec)}|{secrets.Digest}";
        return new RunBinding<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
            $"{targets}|{entity.Spec.Timeouts}|{entity.Spec.Drain}|{entity.Spec.Settle}",
            targets,
            onEvent => DatabaseRunTargets.Bind(entity, secrets, services, onEvent));
    }
}
