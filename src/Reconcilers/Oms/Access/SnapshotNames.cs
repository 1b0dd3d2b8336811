namespace Drydock.Reconcilers.Oms;

/// <summary>Names of the objects that an upgrade creates: the same after every crash, and never those of another
/// upgrade.</summary>
internal static class SnapshotNames
{
    public static string Snapshot(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-{attempt}");

    public static string BeforeRollback(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-before-rollback-{attempt}");

    public static bool IsBeforeRollback(string name) => name.Contains("-before-rollback-", StringComparison.Ordinal);

    public static string Restore(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-restore-{attempt}");

    public static string Credentials(V1ObjectMeta upgrade) => $"{Stem(upgrade)}-metadb";

    private static string Stem(V1ObjectMeta upgrade) => ObjectNames.Stem(upgrade);
}
