using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Names of the objects that an upgrade creates: found again after a crash, and never those of another upgrade.
/// </summary>
internal static class TiDbNames
{
    /// <summary>The BackupSnapshot of an attempt.</summary>
    public static string Snapshot(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{ObjectNames.Stem(upgrade)}-{attempt}");

    /// <summary>The Secret with the saved configuration.</summary>
    public static string Configuration(V1ObjectMeta upgrade, int ordinal) =>
        ConfigurationSecret.Name(upgrade, ordinal);

    /// <summary>The directory of the saved configuration in the storage of the backup.</summary>
    public static string ConfigurationDirectory(V1ObjectMeta upgrade, int ordinal) =>
        $"{upgrade.Namespace ?? "default"}/{Configuration(upgrade, ordinal)}";
}
