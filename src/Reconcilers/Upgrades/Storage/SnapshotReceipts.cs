namespace Drydock.Reconcilers.Upgrades;

/// <summary>Keys of receipts that other kinds read.</summary>
internal static class SnapshotReceipts
{
    /// <summary>Name of the SnapshotRestore that a step waits for; written before the object is created.</summary>
    internal const string RestoreKey = "restore";
}
