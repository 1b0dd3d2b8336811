namespace Drydock.Crds.BackupSnapshots;

/// <summary>Values of <c>status.phase</c> of a BackupSnapshot. Clients treat others as in progress.</summary>
public static class BackupSnapshotPhases
{
    /// <summary>Seen, nothing done yet.</summary>
    public const string Pending = "Pending";

    /// <summary>The dumps are written.</summary>
    public const string Dumping = "Dumping";

    /// <summary>What was stored is read back and compared.</summary>
    public const string Verifying = "Verifying";

    /// <summary>Ended: complete and verified.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Ended by a failure; goes on by a retry.</summary>
    public const string Failed = "Failed";

    /// <summary>Retention removes the files; nothing is restored from it any more.</summary>
    public const string Expiring = "Expiring";

    /// <summary>Ended: retention has removed the files.</summary>
    public const string Expired = "Expired";

    /// <summary>Deletion was asked for; the files are dealt with.</summary>
    public const string Deleting = "Deleting";
}
