namespace Drydock.Reconcilers.Upgrades;

/// <summary>Receipt keys of the BackupSnapshot or SnapshotRestore that a step creates; other steps and kinds read
/// them.</summary>
internal static class SnapshotReceipts
{
    /// <summary>Receipt key: name of the BackupSnapshot; written before the object is created.</summary>
    internal const string SnapshotKey = "snapshot";

    internal const string SnapshotUidFact = "snapshotUid";

    internal const string RestoreKey = "restore";
}
