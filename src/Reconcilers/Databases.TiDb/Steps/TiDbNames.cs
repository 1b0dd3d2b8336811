using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Names of the objects an upgrade makes beside itself: found again after any crash, and never another upgrade's.
/// </summary>
internal static class TiDbNames
{
    /// <summary>The BackupSnapshot of an attempt.</summary>
    public static string Snapshot(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-{attempt}");

    /// <summary>The Secret with the saved configuration.</summary>
    public static string Configuration(V1ObjectMeta upgrade, int ordinal) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-configuration-{ordinal}");

    /// <summary>Where the saved configuration is in the storage of the backup.</summary>
    public static string ConfigurationDirectory(V1ObjectMeta upgrade, int ordinal) =>
        string.Create(CultureInfo.InvariantCulture, $"{upgrade.Namespace ?? "default"}/{Configuration(upgrade, ordinal)}");

    private static string Stem(V1ObjectMeta upgrade) => ObjectNames.Stem(upgrade);
}
