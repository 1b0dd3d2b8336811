using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The storages that an upgrade of a database names.</summary>
internal static class DatabaseStorages
{
    /// <summary>Findings about those that objects of its namespace may not use.</summary>
    public static IEnumerable<Finding> Refusals(IStoragePlaces places, DatabaseRollingUpgrade upgrade) =>
        places.Refusals(
            upgrade.Spec.Package.Archives.Select(a => (a.Storage, $"spec.package.archives[{a.Name}].storage"))
                .Append((upgrade.Spec.Tidb?.Backup.Storage, "spec.tidb.backup.storage")),
            upgrade.Metadata.Namespace);
}
