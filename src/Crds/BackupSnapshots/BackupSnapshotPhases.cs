namespace Drydock.Crds.BackupSnapshots;

/// <summary>Values of <c>status.phase</c> of a BackupSnapshot. Clients treat unknown values as in progress.</summary>
public static class BackupSnapshotPhases
{
    /// <summary>The operator has seen the object and done nothing yet.</summary>
    public const string Pending = "Pending";

    /// <summary>The dumps are being written.</summary>
    public const string Dumping = "Dumping";

    /// <summary>The stored files are read back and compared.</summary>
    public const string Verifying = "Verifying";

    /// <summary>Ended: complete and verified.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Stopped by a failure. A retry token continues.</summary>
    public const string Failed = "Failed";

    /// <summary>Retention is removing the files. Nothing can be restored from this snapshot.</summary>
    public const string Expiring = "Expiring";

    /// <summary>Ended: retention has removed the files.</summary>
    public const string Expired = "Expired";

    /// <summary>The object is being deleted; its files are deleted or kept as deletionPolicy says.</summary>
    public const string Deleting = "Deleting";
}
