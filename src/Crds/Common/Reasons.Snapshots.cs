namespace Drydock.Crds.Common;

/// <content>Reasons of BackupSnapshot and SnapshotRestore.</content>
public static partial class Reasons
{
    /// <summary>The databases are being dumped.</summary>
    [ReasonGroup(7, "BackupSnapshot")]
    public const string Dumping = "Dumping";

    /// <summary>What was stored is being read back and compared.</summary>
    public const string Verifying = "Verifying";

    /// <summary>A database to dump does not exist on the server; the message names it.</summary>
    public const string DatabaseNotFound = "DatabaseNotFound";

    /// <summary>The files of a deleted snapshot stay until the upgrade that refers to them has ended.</summary>
    public const string FilesInUse = "FilesInUse";

    /// <summary>The object goes and its files stay, as deletionPolicy says.</summary>
    public const string FilesRetained = "FilesRetained";

    /// <summary>The object goes and its files were deleted, as deletionPolicy says.</summary>
    public const string FilesDeleted = "FilesDeleted";

    /// <summary>
    /// spec.retention gave this snapshot up: its files are being removed, and nothing is restored from it any more.
    /// </summary>
    public const string Expiring = "Expiring";

    /// <summary>
    /// spec.retention removed the files of this snapshot. Nothing to do; delete the object when it is not wanted for
    /// the record.
    /// </summary>
    public const string Expired = "Expired";

    /// <summary>Event: a snapshot that spec.retention would remove is kept; the message says why.</summary>
    public const string RetentionKept = "RetentionKept";

    /// <summary>Databases are dropped, created, loaded and compared.</summary>
    [ReasonGroup(8, "SnapshotRestore")]
    public const string Restoring = "Restoring";

    /// <summary>
    /// A database that would be dropped exists and is not named in spec.allowDrop; nothing was changed. Add it if its
    /// present contents may be lost.
    /// </summary>
    public const string DropNotAllowed = "DropNotAllowed";

    /// <summary>
    /// Sessions of others use a database that would be dropped; the message names them. It goes on by itself when they
    /// are closed.
    /// </summary>
    public const string SessionsOpen = "SessionsOpen";

    /// <summary>
    /// The server to restore to cannot be reached. Check host, port, network and TLS; it is tried again.
    /// </summary>
    public const string ServerUnreachable = "ServerUnreachable";

    /// <summary>
    /// A restore failed; status.databases says which databases are whole. After the repair a new retry token goes on
    /// with the others.
    /// </summary>
    public const string RestoreFailed = "RestoreFailed";
}
