namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Names of the objects that an upgrade creates: found again after a crash, and never those of another
/// upgrade.</summary>
internal static class TiDbNames
{
    public static string Snapshot(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{ObjectNames.Stem(upgrade)}-{attempt}");

    public static string Configuration(V1ObjectMeta upgrade, int ordinal) =>
        ConfigurationSecret.Name(upgrade, ordinal);

    public static string ConfigurationDirectory(V1ObjectMeta upgrade, int ordinal) =>
        $"{upgrade.Namespace ?? "default"}/{Configuration(upgrade, ordinal)}";
}
