using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Names of the objects that an upgrade creates: the same after every crash, and never those of another upgrade.
/// </summary>
internal static class SnapshotNames
{
    /// <summary>The BackupSnapshot of an attempt.</summary>
    public static string Snapshot(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-{attempt}");

    /// <summary>The BackupSnapshot that a rollback takes before it drops databases.</summary>
    public static string BeforeRollback(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-before-rollback-{attempt}");

    /// <summary>The SnapshotRestore of an attempt.</summary>
    public static string Restore(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-restore-{attempt}");

    /// <summary>The Secret with the credentials of the metadata database, where the user gave none.</summary>
    public static string Credentials(V1ObjectMeta upgrade) => $"{Stem(upgrade)}-metadb";

    private static string Stem(V1ObjectMeta upgrade) => ObjectNames.Stem(upgrade);
}
