namespace Drydock.Crds.Common;

/// <content>Reasons of BackupSnapshot and SnapshotRestore.</content>
public static partial class Reasons
{
    /// <summary>The databases are being dumped.</summary>
    [ReasonGroup(7, "BackupSnapshot")]
    public const string Dumping = "Dumping";

    /// <summary>The stored files are being read back and compared.</summary>
    public const string Verifying = "Verifying";

    /// <summary>A database to dump does not exist on the server. The message names it.</summary>
    public const string DatabaseNotFound = "DatabaseNotFound";

    /// <summary>The files of a deleted snapshot are kept until the upgrade that refers to them has ended.</summary>
    public const string FilesInUse = "FilesInUse";

    /// <summary>The object is deleted and its files are kept, as deletionPolicy says.</summary>
    public const string FilesRetained = "FilesRetained";

    /// <summary>The object is deleted and its files were deleted, as deletionPolicy says.</summary>
    public const string FilesDeleted = "FilesDeleted";

    /// <summary>spec.retention no longer keeps this snapshot. An Event announces it a day before (status.expiresAt); a
    /// snapshot in this phase loses its files now, and nothing can be restored from it.</summary>
    public const string Expiring = "Expiring";

    /// <summary>spec.retention removed the files of this snapshot. Delete the object when you no longer need its
    /// record.</summary>
    public const string Expired = "Expired";

    /// <summary>Event: a snapshot that spec.retention would remove is kept. The message says why.</summary>
    public const string RetentionKept = "RetentionKept";

    /// <summary>Databases are being dropped, created, loaded and compared.</summary>
    [ReasonGroup(8, "SnapshotRestore")]
    public const string Restoring = "Restoring";

    /// <summary>A database that would be dropped is not listed in spec.allowDrop. Nothing was changed. Add it if its
    /// current contents may be lost.</summary>
    public const string DropNotAllowed = "DropNotAllowed";

    /// <summary>Other sessions use a database that would be dropped. The message names them. Close them, then the
    /// restore continues automatically.</summary>
    public const string SessionsOpen = "SessionsOpen";

    /// <summary>The operator cannot connect to the server to restore to. Check host, port, network and TLS. It retries
    /// automatically.</summary>
    public const string ServerUnreachable = "ServerUnreachable";

    /// <summary>A restore failed. status.databases shows which databases are complete. Repair the cause, then give a
    /// new retry token to continue with the others.</summary>
    public const string RestoreFailed = "RestoreFailed";
}
