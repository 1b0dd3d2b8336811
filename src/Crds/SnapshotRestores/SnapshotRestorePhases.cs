namespace Drydock.Crds.SnapshotRestores;

/// <summary>Values of <c>status.phase</c> of a SnapshotRestore. Clients treat others as in progress.</summary>
public static class SnapshotRestorePhases
{
    /// <summary>Seen, nothing begun.</summary>
    public const string Pending = "Pending";

    /// <summary>
    /// Manifest and checksums are verified, and what would be dropped is looked up; nothing is changed.
    /// </summary>
    public const string Verifying = "Verifying";

    /// <summary>Ended: mode Plan, the snapshot is good and status.databases says what would be dropped.</summary>
    public const string Planned = "Planned";

    /// <summary>Databases are dropped, created, loaded and compared.</summary>
    public const string Restoring = "Restoring";

    /// <summary>Ended: every database is as the snapshot has it.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Stopped by a failure; goes on by a repair and a retry.</summary>
    public const string Failed = "Failed";
}
