using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Operator.Composition;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Binds targets as the real kind does: anew whenever a used value of a Secret changes.</summary>
internal sealed class DatabaseRunAccess(
    DatabaseRunTruth truth,
    IKubernetesClient api,
    TimeProvider time,
    Func<IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> discover)
    : IRunAccess<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public async Task<RunBinding<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> ReadAsync(
        DatabaseRollingUpgrade entity, CancellationToken cancellationToken)
    {
        var digest = (await DatabaseSecrets.ReadAsync(api, entity, SupportedEngines.All.Of(entity.Spec), cancellationToken)).Digest;
        return new RunBinding<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
            $"access|{digest}", $"targets|{digest}", _ => new DatabaseRunTargets(truth, time, discover));
    }
}
