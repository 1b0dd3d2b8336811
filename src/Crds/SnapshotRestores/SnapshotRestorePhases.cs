namespace Drydock.Crds.SnapshotRestores;

/// <summary>Values of <c>status.phase</c> of a SnapshotRestore. Clients treat unknown values as in progress.</summary>
public static class SnapshotRestorePhases
{
    /// <summary>The operator has seen the object and started nothing.</summary>
    public const string Pending = "Pending";

    /// <summary>Manifest and checksums are verified, and databases that would be dropped are determined. Nothing is
    /// changed.</summary>
    public const string Verifying = "Verifying";

    /// <summary>Ended: mode Plan. The snapshot is valid and status.databases shows what would be dropped.</summary>
    public const string Planned = "Planned";

    /// <summary>Databases are being dropped, created, loaded and compared.</summary>
    public const string Restoring = "Restoring";

    /// <summary>Ended: every database has the contents of the snapshot.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Stopped by a failure. After a repair, a retry token continues.</summary>
    public const string Failed = "Failed";
}
