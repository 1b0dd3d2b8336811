using System.Globalization;
using Drydock.Abstractions.Entities;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Names of the objects an upgrade makes beside itself: found again after any crash, and never another upgrade's.</summary>
public static class SnapshotNames
{
    /// <summary>The BackupSnapshot of an attempt.</summary>
    public static string Snapshot(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-{attempt}");

    /// <summary>The BackupSnapshot that the way back takes before databases are dropped.</summary>
    public static string BeforeRollback(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-before-rollback-{attempt}");

    /// <summary>The SnapshotRestore of an attempt.</summary>
    public static string Restore(V1ObjectMeta upgrade, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-restore-{attempt}");

    /// <summary>The Secret with the credentials of the metadata database, where the user gave none.</summary>
    public static string Credentials(V1ObjectMeta upgrade) => $"{Stem(upgrade)}-metadb";

    /// <summary>The Secret with the output of a step's attempt.</summary>
    public static string Output(V1ObjectMeta upgrade, string stepId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(upgrade)}-{stepId.Replace('/', '-').ToLowerInvariant()}-{attempt}");

    // Another object of the same name later has another uid.
    private static string Stem(V1ObjectMeta upgrade)
    {
        var name = upgrade.Name.Length > 150 ? upgrade.Name[..150].TrimEnd('-', '.') : upgrade.Name;
        return $"{name}-{(upgrade.Uid is { Length: >= 8 } uid ? uid[..8] : "00000000")}";
    }
}
