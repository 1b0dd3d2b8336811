namespace Drydock.Reconcilers.Databases;

/// <summary>The storages that an upgrade of a database names.</summary>
internal static class DatabaseStorages
{
    public static IEnumerable<Finding> Refusals(IStoragePlaces places, DatabaseRollingUpgrade upgrade) =>
        places.Refusals(
            upgrade.Spec.Package.Archives.Select(a => (a.Storage, $"spec.package.archives[{a.Name}].storage"))
                .Append((upgrade.Spec.Tidb?.Backup.Storage, "spec.tidb.backup.storage")),
            upgrade.Metadata.Namespace);
}
